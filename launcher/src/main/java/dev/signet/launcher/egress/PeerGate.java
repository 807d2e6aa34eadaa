// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before everything else on a new connection: not a byte is read until the peer is known.
 */
final class PeerGate extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PeerGate.class);

  private final ProxyContext proxy;
  private final ChannelGroup connections;
  private final LatestConnections latest;

  PeerGate(ProxyContext proxy, ChannelGroup connections, LatestConnections latest) {
    this.proxy = proxy;
    this.connections = connections;
    this.latest = latest;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connections.add(ctx.channel());
    if (!proxy.peers().accepting()) {
      proxy.stats().count(EgressReason.PEER_REFUSED);
      ctx.close();
      return;
    }
    proxy.bounds().accepted(ctx.channel());
    InetSocketAddress client = (InetSocketAddress) ctx.channel().remoteAddress();
    InetSocketAddress own = (InetSocketAddress) ctx.channel().localAddress();
    proxy.blocking().execute(() -> check(ctx, client, own));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // Only a refused connection is read, until it is closed.
    ReferenceCountUtil.release(message);
  }

  private void check(ChannelHandlerContext ctx, InetSocketAddress client, InetSocketAddress own) {
    Optional<String> refusal;
    proxy.bounds().lookups().acquireUninterruptibly();
    try {
      refusal = proxy.peers().refusal(client, own);
    } catch (IOException e) {
      refusal = Optional.of("the peer could not be looked up: " + e);
    } catch (RuntimeException e) {
      // The connection must be closed all the same, and stop counting.
      refusal = Optional.of("fault while the peer was looked up: " + e);
    } finally {
      proxy.bounds().lookups().release();
    }
    Optional<String> found = refusal;
    // The look was at the address; it is this connection's only if no later one came from there.
    latest.ask(
        ctx.channel(),
        last -> {
          Optional<String> all =
              found.isEmpty() && !last
                  ? Optional.of("reset by its peer, and its port is used again: " + client)
                  : found;
          ctx.channel().eventLoop().execute(() -> decide(ctx, all));
        });
  }

  private void decide(ChannelHandlerContext ctx, Optional<String> refusal) {
    proxy.bounds().checked(ctx.channel());
    if (refusal.isPresent()) {
      LOG.warn("refused a connection to the egress proxy: {}", refusal.get());
      refuse(
          ctx,
          new Problem(
              EgressReason.PEER_REFUSED,
              "This proxy signs for one agent only, and the connection is not from its process."));
      return;
    }
    if (!proxy.bounds().admit(ctx.channel())) {
      refuse(
          ctx,
          new Problem(
              EgressReason.TOO_MANY_CONNECTIONS,
              "At most %d connections are served at one time; close some."
                  .formatted(proxy.limits().connections())));
      return;
    }
    AgentConnection.install(ctx.pipeline(), proxy, null);
    ctx.pipeline().remove(this);
  }

  private void refuse(ChannelHandlerContext ctx, Problem problem) {
    proxy.stats().count(problem.reason());
    Drafts.end(Drafts.begin(proxy.exchanges()), problem);
    if (!proxy.bounds().mayLinger(ctx.channel())) {
      ctx.close();
      return;
    }
    ctx.pipeline().addLast(new AgentResponses());
    ctx.channel()
        .writeAndFlush(AgentResponses.problem(problem, proxy.clock().instant(), true))
        .addListener(done -> Lingering.close(ctx.channel()));
  }
}
