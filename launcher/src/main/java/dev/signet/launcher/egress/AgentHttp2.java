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
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent's connection that speaks HTTP/2 within a tunnel: each of its streams is a request. */
final class AgentHttp2 extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AgentHttp2.class);

  /** Requests of one connection at a time. */
  static final int STREAMS = 100;

  /** Streams that the agent may reset, or have us reset, in a window before it is cut off. */
  private static final int RESETS = 200;

  private static final int WINDOW_SECONDS = 30;

  /** A stream's data that the agent may send ahead of our reading it. */
  private static final int WINDOW = 256 * 1024;

  private final ProxyContext proxy;
  private final Http2FrameCodec codec;
  private Watchdog watchdog;

  private AgentHttp2(ProxyContext proxy, Http2FrameCodec codec) {
    this.proxy = proxy;
    this.codec = codec;
  }

  /**
   * Adds what serves HTTP/2, and reads: how much may come is bounded by its flow control.
   *
   * @param origin what the tunnel was opened for
   */
  static void install(ChannelPipeline pipeline, ProxyContext proxy, Target origin) {
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(STREAMS)
                    .initialWindowSize(WINDOW)
                    .maxHeaderListSize(proxy.limits().headBytes()))
            .validateHeaders(true)
            // CVE-2023-44487: streams opened only to be reset. The encoder's bound is Netty's for
            // resets that we are led into (CVE-2025-8671); it does not count those with CANCEL.
            .decoderEnforceMaxRstFramesPerWindow(RESETS, WINDOW_SECONDS)
            .encoderEnforceMaxRstFramesPerWindow(RESETS, WINDOW_SECONDS)
            .build();
    codec.gracefulShutdownTimeoutMillis(proxy.limits().drain().toMillis());
    pipeline.addLast(
        codec,
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new AgentStream(proxy, origin));
              }
            }),
        new AgentHttp2(proxy, codec));
    pipeline.channel().config().setAutoRead(true);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    watchdog = new Watchdog(ctx.channel().eventLoop());
    watch(ctx);
  }

  private void watch(ChannelHandlerContext ctx) {
    watchdog.watch(
        proxy.limits().agent(),
        () -> {
          // Requests under way have watchdogs of their own.
          if (codec.connection().numActiveStreams() == 0) {
            ctx.close();
          } else {
            watch(ctx);
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    // Settings, pings and the like are answered already.
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
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("the agent's HTTP/2 connection broke", cause);
    // What breaks HTTP/2's own rules, the codec answers with the reason, and closes.
    if (!(cause instanceof Http2Exception)) {
      ctx.close();
    }
  }
}
