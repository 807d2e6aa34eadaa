// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.function.LongConsumer;

/**
 * One direction of two connections whose bytes are passed on as they come, at the pace of the
 * slower: what follows a WebSocket's handshake, and tunnels that pass through. On one event loop.
 */
final class Relay extends ChannelInboundHandlerAdapter {
  private final Channel other;
  private final Watchdog watchdog;
  private final LongConsumer counter;
  private final ExchangeDraft draft;

  private Relay(Channel other, Watchdog watchdog, LongConsumer counter, ExchangeDraft draft) {
    this.other = other;
    this.watchdog = watchdog;
    this.counter = counter;
    this.draft = draft;
  }

  /**
   * Ties two connections of one event loop together, after whatever handlers they have; both end
   * with the first that does, and after as long a silence as an answer may have.
   *
   * @param draft the note of it, which ends with the connections
   */
  static void tie(ProxyContext proxy, Channel agent, Channel upstream, ExchangeDraft draft) {
    Watchdog watchdog = new Watchdog(agent.eventLoop());
    agent.config().setAutoRead(false);
    upstream.config().setAutoRead(false);
    EgressStats stats = proxy.stats();
    LongConsumer out =
        bytes -> {
          stats.countSent(bytes);
          draft.relayed(bytes, 0);
        };
    LongConsumer back =
        bytes -> {
          stats.countReceived(bytes);
          draft.relayed(0, bytes);
        };
    agent.pipeline().addLast(new Relay(upstream, watchdog, out, draft));
    upstream.pipeline().addLast(new Relay(agent, watchdog, back, draft));
    watchdog.watch(
        proxy.limits().stream(),
        () -> {
          agent.close();
          upstream.close();
        });
    if (!agent.isActive() || !upstream.isActive()) {
      draft.forwarded();
      agent.close();
      upstream.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    watchdog.touch();
    if (message instanceof ByteBuf bytes) {
      counter.accept(bytes.readableBytes());
      other.write(bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    other.flush();
    if (other.isWritable()) {
      ctx.read();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      other.read();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    watchdog.stop();
    draft.forwarded();
    // After what was written already.
    other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
