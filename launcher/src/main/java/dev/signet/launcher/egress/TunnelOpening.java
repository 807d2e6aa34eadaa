// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import dev.signet.launcher.traffic.ExchangeRecord;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * What becomes of a CONNECT request that is permitted: a tunnel whose other end is this proxy, or
 * one that passes through. On the connection's event loop, but for what takes its time.
 */
final class TunnelOpening {
  private final ProxyContext proxy;
  private final AgentConnection agent;
  private final ChannelHandlerContext ctx;
  private final Target target;

  /**
   * @param agent the connection on which it was asked for
   * @param ctx that connection's
   */
  TunnelOpening(
      ProxyContext proxy, AgentConnection agent, ChannelHandlerContext ctx, Target target) {
    this.proxy = proxy;
    this.agent = agent;
    this.ctx = ctx;
    this.target = target;
  }

  /** Whether nobody looks into it. Refuses where there are no tunnels. */
  boolean passesThrough() throws RefusedRequestException {
    Interception interception = proxy.interception().orElse(null);
    if (interception == null) {
      throw new RefusedRequestException(
          EgressReason.CONNECT_UNSUPPORTED,
          "This proxy has no authority for tunnels. Ask for a route of it without one.");
    }
    boolean passes = interception.passesThrough(target);
    if (passes) {
      // Unsigned, but not for an agent that is not attested.
      proxy.signing().current();
    }
    return passes;
  }

  /** Answers the request by and by, and hands the connection over. */
  void begin(boolean passes) {
    proxy.blocking().execute(() -> prepare(passes));
  }

  /** Off the event loop: signatures and name servers take their time. */
  private void prepare(boolean passes) {
    EventLoop loop = ctx.channel().eventLoop();
    try {
      if (passes) {
        List<InetAddress> addresses = proxy.permissions().tunnel(target);
        loop.execute(() -> passThrough(addresses));
      } else {
        SslContext tls = proxy.tunnels().orElseThrow().context(target.hostName());
        loop.execute(() -> intercept(new Tunnel(proxy, target, tls)));
      }
    } catch (RefusedRequestException e) {
      loop.execute(() -> agent.refuse(e.problem()));
    } catch (UnknownHostException e) {
      Problem unknown =
          new Problem(
              EgressReason.UPSTREAM_UNREACHABLE, "The name " + target.host() + " has no address.");
      loop.execute(() -> agent.refuse(unknown));
    } catch (RuntimeException e) {
      // A fault of ours must not leave the agent waiting.
      Problem fault =
          new Problem(
              EgressReason.SIGNING_FAILED, "No certificate could be made for the tunnel's host.");
      loop.execute(() -> agent.refuse(fault));
      throw e;
    }
  }

  private void passThrough(List<InetAddress> addresses) {
    PassThrough.connect(ctx.channel().eventLoop(), proxy.limits(), addresses, target.port())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                agent.refuse(UpstreamFailures.whileConnecting(target, connected.cause()));
                return;
              }
              Channel upstream = (Channel) connected.getNow();
              if (!agent.goesOn()) {
                upstream.close();
                ctx.close();
                return;
              }
              ctx.writeAndFlush(AgentResponses.established());
              ExchangeDraft note = agent.handOver();
              note.became(ExchangeRecord.Kind.TUNNEL);
              note.sent(upstream.remoteAddress());
              note.answer(HttpResponseStatus.OK.code(), name -> null);
              Relay.tie(proxy, ctx.channel(), upstream, note);
              agent.stepAside();
              ctx.channel().read();
              upstream.read();
            });
  }

  private void intercept(Tunnel tunnel) {
    if (!agent.goesOn()) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(AgentResponses.established());
    agent.handOver(); // what passes in it is noted request by request
    ctx.pipeline().addLast(tunnel);
    agent.stepAside();
  }
}
