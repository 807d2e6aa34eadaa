// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;

/** A real HTTP/2 server on loopback, over TLS, that keeps every request it got. */
final class TestHttp2Upstream implements AutoCloseable {
  /** What is done with a request that is complete. On the stream's event loop. */
  interface Behaviour {
    void answer(ChannelHandlerContext stream, ReceivedRequest request);
  }

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final Channel listener;
  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  final List<ReceivedRequest> received = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();

  TestHttp2Upstream(LaunchAuthority.Leaf leaf) throws SSLException {
    SslContext tls =
        SslContextBuilder.forServer(leaf.key(), leaf.certificate())
            .applicationProtocolConfig(Alpn.HTTP)
            .build();
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.incrementAndGet();
                    channel
                        .pipeline()
                        .addLast(
                            tls.newHandler(channel.alloc()),
                            Http2FrameCodecBuilder.forServer()
                                .initialSettings(
                                    Http2Settings.defaultSettings().maxConcurrentStreams(50))
                                .validateHeaders(false)
                                .build(),
                            new Http2MultiplexHandler(streams()));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    on("/", (stream, request) -> text(stream, "hello"));
  }

  private ChannelInitializer<Channel> streams() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream.pipeline().addLast(new Stream());
      }
    };
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  void on(String path, Behaviour behaviour) {
    behaviours.put(path, behaviour);
  }

  static void text(ChannelHandlerContext stream, String body) {
    head(stream, new DefaultHttp2Headers().status("200").set("content-type", "text/plain"));
    data(stream, body, true);
  }

  static void head(ChannelHandlerContext stream, Http2Headers headers) {
    stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
  }

  static void data(ChannelHandlerContext stream, String text, boolean last) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    stream.writeAndFlush(new DefaultHttp2DataFrame(bytes, last));
  }

  static void trailers(ChannelHandlerContext stream, Http2Headers trailers) {
    stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
  }

  private final class Stream extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Http2Headers headers;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      boolean last = false;
      if (message instanceof Http2HeadersFrame frame) {
        headers = frame.headers();
        last = frame.isEndStream();
      } else if (message instanceof Http2DataFrame frame) {
        byte[] bytes = new byte[frame.content().readableBytes()];
        frame.content().readBytes(bytes);
        body.writeBytes(bytes);
        last = frame.isEndStream();
      }
      ReferenceCountUtil.release(message);
      if (last) {
        ReceivedRequest request = request();
        received.add(request);
        behaviours.getOrDefault(request.path(), behaviours.get("/")).answer(ctx, request);
      }
    }

    private ReceivedRequest request() {
      Map<String, List<String>> fields = new HashMap<>();
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        fields
            .computeIfAbsent(field.getKey().toString(), k -> new ArrayList<>())
            .add(field.getValue().toString());
      }
      fields.put("host", List.of(headers.authority().toString()));
      String path = headers.path().toString();
      int mark = path.indexOf('?');
      return new ReceivedRequest(
          headers.method().toString(),
          headers.scheme().toString(),
          mark < 0 ? path : path.substring(0, mark),
          mark < 0 ? Optional.empty() : Optional.of(path.substring(mark + 1)),
          fields,
          body.toByteArray());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
