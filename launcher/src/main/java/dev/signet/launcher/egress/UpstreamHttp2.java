// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to an upstream that speaks HTTP/2, shared by exchanges of one event loop. */
final class UpstreamHttp2 extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamHttp2.class);

  /** Of an answer, sent ahead of the agent's reading it. */
  private static final int STREAM_WINDOW = 1024 * 1024;

  private static final int CONNECTION_WINDOW = 8 * STREAM_WINDOW;
  private static final int RESETS = 200;
  private static final int WINDOW_SECONDS = 30;

  private final UpstreamPool pool;
  private final UpstreamPool.Key key;
  private final Http2FrameCodec codec;
  private final Channel channel;
  private final Watchdog watchdog;
  private boolean used;

  private UpstreamHttp2(
      UpstreamPool pool, UpstreamPool.Key key, Http2FrameCodec codec, Channel channel) {
    this.pool = pool;
    this.key = key;
    this.codec = codec;
    this.channel = channel;
    this.watchdog = new Watchdog(channel.eventLoop());
  }

  /** Makes it of a connection that agreed on HTTP/2, and gives it to the pool. */
  static UpstreamHttp2 install(
      UpstreamPool pool, UpstreamPool.Key key, Channel channel, int maxHead) {
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forClient()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .initialWindowSize(STREAM_WINDOW)
                    .maxHeaderListSize(maxHead))
            .validateHeaders(true)
            .decoderEnforceMaxRstFramesPerWindow(RESETS, WINDOW_SECONDS)
            .build();
    UpstreamHttp2 connection = new UpstreamHttp2(pool, key, codec, channel);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(
        codec,
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel pushed) {
                // Push is switched off; an upstream that does it all the same is not listened to.
                pushed.close();
              }
            }),
        connection);
    return connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Http2Exception {
    codec
        .connection()
        .local()
        .flowController()
        .incrementWindowSize(codec.connection().connectionStream(), CONNECTION_WINDOW - 65_535);
    channel.config().setAutoRead(true);
    watch();
  }

  UpstreamPool.Key key() {
    return key;
  }

  /** Whether it takes one exchange more. */
  boolean takesMore() {
    return channel.isActive()
        && !codec.connection().goAwayReceived()
        && codec.connection().local().canOpenStream();
  }

  /** Opens a stream for one exchange. */
  void open(Promise<UpstreamConnection> ready) {
    UpstreamConnection stream = UpstreamConnection.stream(pool, key, used);
    used = true;
    new Http2StreamChannelBootstrap(channel)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel opened) {
                opened.config().setAutoRead(false);
                opened.pipeline().addLast(new UpstreamStreamCodec(), stream);
              }
            })
        .open()
        .addListener(
            opened -> {
              if (opened.isSuccess()) {
                ready.trySuccess(stream);
              } else {
                ready.tryFailure(opened.cause());
              }
            });
  }

  /** Unused for as long as others are kept unused, it is closed. */
  private void watch() {
    watchdog.watch(
        pool.idleTime(),
        () -> {
          if (codec.connection().numActiveStreams() == 0) {
            pool.forget(this);
            channel.close();
          } else {
            watch();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    ReferenceCountUtil.release(frame);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    watchdog.touch();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    watchdog.stop();
    pool.forget(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("an HTTP/2 connection to an upstream broke", cause);
    ctx.close();
  }
}
