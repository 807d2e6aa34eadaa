// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInboundInvoker;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the agent: takes a request, keeps its body, hands it to an {@link Exchange},
 * and goes on with the next. Everything runs on the connection's event loop.
 */
final class AgentConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);

  private enum Phase {
    WAITING,
    BODY,
    EXCHANGE,
    LINGERING
  }

  private final ProxyContext proxy;
  private final Target origin;
  private final RequestDecoder decoder;
  private final AgentResponses responses;
  private ChannelHandlerContext ctx;
  private Watchdog watchdog;
  private Phase phase = Phase.WAITING;
  private PlannedRequest request;
  private BodySpool body;
  private Exchange exchange;
  private ExchangeDraft draft;
  private boolean draining;

  private AgentConnection(
      ProxyContext proxy, Target origin, RequestDecoder decoder, AgentResponses responses) {
    this.proxy = proxy;
    this.origin = origin;
    this.decoder = decoder;
    this.responses = responses;
  }

  /**
   * Adds what serves HTTP/1.1, and reads.
   *
   * @param origin what the tunnel was opened for; null if it is none
   */
  static void install(ChannelPipeline pipeline, ProxyContext proxy, Target origin) {
    RequestDecoder decoder =
        new RequestDecoder(proxy.limits().headBytes(), proxy.limits().fields());
    AgentResponses responses = new AgentResponses();
    pipeline.addLast(decoder, responses, new AgentConnection(proxy, origin, decoder, responses));
    pipeline.channel().read();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    watchdog = new Watchdog(context.channel().eventLoop());
    awaitRequest();
  }

  Channel channel() {
    return ctx.channel();
  }

  Watchdog watchdog() {
    return watchdog;
  }

  AgentResponses responses() {
    return responses;
  }

  /** Closes now if no request is under way, else after it. */
  void drain() {
    draining = true;
    if (phase == Phase.WAITING) {
      ctx.close();
    }
  }

  boolean draining() {
    return draining;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    watchdog.touch();
    if (message instanceof ByteBuf content) {
      try {
        take(content);
      } finally {
        content.release();
      }
    } else if (message instanceof RequestHead head) {
      begin(head);
    } else if (message instanceof Problem problem) {
      refuse(problem, true);
    } else if (message == RequestDecoder.END) {
      complete();
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(RequestHead head) {
    proxy.stats().countRequest();
    draft = Drafts.begin(proxy.exchanges(), head);
    boolean bodyComes = !(head.framing() instanceof BodyFraming.None);
    try {
      if (origin == null && head.method().equals("CONNECT")) {
        Target tunnel = proxy.targets().tunnel(head);
        Drafts.target(draft, tunnel);
        proxy.permissions().requireConnection(tunnel);
        openTunnel(tunnel);
        draft = null; // what passes in it is noted request by request
        return;
      }
      request = PlannedRequest.of(head, proxy.targets(), origin);
      Drafts.target(draft, request.target());
      proxy.permissions().require(head.method(), request.target());
      // Asked before the body is taken: an agent that is not attested learns it at once.
      proxy.signing().current();
      refuseTooLarge(head.framing() instanceof BodyFraming.Length(long bytes) ? bytes : 0);
    } catch (RefusedRequestException e) {
      refuse(e.problem(), bodyComes || !head.keepAlive());
      return;
    }
    phase = Phase.BODY;
    if (bodyComes) {
      body =
          new BodySpool(
              proxy.spoolDirectory(), proxy.limits().bodyMemoryBytes(), proxy.spoolBudget());
      watchdog.watch(proxy.limits().agent(), this::agentIsSilent);
      if (head.expectsContinue()) {
        ctx.writeAndFlush(AgentResponses.goOn());
      }
    }
  }

  private void openTunnel(Target target) throws RefusedRequestException {
    TunnelTls tunnels = proxy.tunnels().orElse(null);
    if (tunnels == null) {
      throw new RefusedRequestException(
          EgressReason.CONNECT_UNSUPPORTED,
          "This proxy has no authority for tunnels. Ask for a route of it without one.");
    }
    phase = Phase.EXCHANGE;
    watchdog.stop();
    proxy
        .blocking()
        .execute(
            () -> {
              SslContext tls = tunnels.context(target.hostName());
              ctx.executor().execute(() -> becomeTunnel(new Tunnel(proxy, target, tls)));
            });
  }

  private void becomeTunnel(Tunnel tunnel) {
    if (draining || !ctx.channel().isActive()) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(AgentResponses.established());
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addLast(tunnel).remove(this);
    pipeline.remove(responses);
    // Last: what the agent has sent already goes on to the tunnel.
    pipeline.remove(decoder);
  }

  private void take(ByteBuf content) {
    if (phase != Phase.BODY) {
      return;
    }
    proxy.stats().countSent(content.readableBytes());
    draft.requestContent(content);
    try {
      refuseTooLarge(body.length() + content.readableBytes());
      body.write(content);
    } catch (RefusedRequestException e) {
      refuse(e.problem(), true);
    } catch (IOException e) {
      refuse(
          new Problem(
              EgressReason.SPOOL_FAILED,
              "The launcher could not keep the body while making its digest; is its disk full?"),
          true);
    }
  }

  private void refuseTooLarge(long length) throws RefusedRequestException {
    if (length > proxy.limits().bodyBytes()) {
      throw new RefusedRequestException(
          EgressReason.BODY_TOO_LARGE,
          "A body is kept until it is signed, up to %d bytes; this one is longer. Send it in parts."
              .formatted(proxy.limits().bodyBytes()));
    }
  }

  private void complete() {
    if (phase != Phase.BODY) {
      // Its header was refused on a connection that goes on.
      if (phase == Phase.WAITING) {
        decoder.next();
      }
      return;
    }
    phase = Phase.EXCHANGE;
    BodySpool complete = body;
    body = null;
    exchange = new Exchange(proxy, this, request, complete, draft);
    exchange.start();
  }

  /** The answer was written; the connection serves the next request or ends. */
  void exchangeEnded(boolean keepAlive) {
    exchange = null;
    if (keepAlive && !draining) {
      awaitRequest();
      decoder.next();
      // Bytes of a pipelined request may be here already: let the decoder look at them.
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      ChannelInboundInvoker before = tls == null ? ctx.pipeline() : ctx.pipeline().context(tls);
      before.fireChannelRead(Unpooled.EMPTY_BUFFER);
      before.fireChannelReadComplete();
    } else {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> linger());
    }
  }

  /** Answers the request by ourselves. */
  void refuse(Problem problem, boolean close) {
    proxy.stats().count(problem.reason());
    Drafts.end(draft == null ? Drafts.begin(proxy.exchanges()) : draft, problem);
    boolean last = close || draining;
    dropBody();
    exchange = null;
    responses.answeringHead(request != null && request.isHead());
    var written = ctx.writeAndFlush(AgentResponses.problem(problem, proxy.clock().instant(), last));
    if (last) {
      phase = Phase.LINGERING;
      written.addListener(done -> linger());
    } else {
      boolean afterExchange = phase == Phase.EXCHANGE;
      awaitRequest();
      if (afterExchange) {
        exchangeEnded(true);
      }
    }
  }

  /** Breaks off an answer that has begun: the missing end tells the agent. */
  void abort() {
    exchange = null;
    ctx.close();
  }

  private void awaitRequest() {
    phase = Phase.WAITING;
    request = null;
    draft = null;
    watchdog.watch(proxy.limits().agent(), this::agentIsSilent);
  }

  private void agentIsSilent() {
    if (phase == Phase.BODY || decoder.midHead()) {
      refuse(
          new Problem(
              EgressReason.REQUEST_TIMEOUT,
              "Nothing more of the request came for %d ms."
                  .formatted(proxy.limits().agent().toMillis())),
          true);
    } else {
      ctx.close();
    }
  }

  private void linger() {
    phase = Phase.LINGERING;
    watchdog.stop();
    decoder.discard();
    Lingering.close(ctx.channel());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // While an exchange runs, a read is kept open only to notice that the agent went away.
    if (phase != Phase.EXCHANGE || !decoder.holdsBytes()) {
      context.read();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (exchange != null && context.channel().isWritable()) {
      exchange.agentTakesMore();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    watchdog.stop();
    dropBody();
    if (exchange != null) {
      exchange.agentLeft();
      exchange = null;
    } else if (draft != null) {
      draft.abandoned();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("the agent's connection broke", cause);
    context.close();
  }

  private void dropBody() {
    if (body != null) {
      body.discard();
      body = null;
    }
  }
}
