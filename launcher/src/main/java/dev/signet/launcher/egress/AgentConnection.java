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
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the agent: takes a request, keeps its body, hands it to an {@link Exchange},
 * and goes on with the next. Everything runs on the connection's event loop.
 */
final class AgentConnection extends ChannelInboundHandlerAdapter implements AgentSide {
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
  private AgentRequest request;
  private boolean keptAfterAnswer;
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

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public Watchdog watchdog() {
    return watchdog;
  }

  /** Closes now if no request is under way, else after it. */
  void drain() {
    draining = true;
    if (phase == Phase.WAITING) {
      ctx.close();
    }
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
    request.begin(head);
    boolean bodyComes = !(head.framing() instanceof BodyFraming.None);
    try {
      if (origin == null && head.method().equals("CONNECT")) {
        openTunnel(head);
        return;
      }
      request.judge(origin);
    } catch (RefusedRequestException e) {
      refuse(e.problem(), bodyComes || !head.keepAlive());
      return;
    }
    phase = Phase.BODY;
    if (bodyComes) {
      watchdog.watch(proxy.limits().agent(), this::agentIsSilent);
      if (head.expectsContinue()) {
        ctx.writeAndFlush(AgentResponses.goOn());
      }
    }
  }

  private void openTunnel(RequestHead head) throws RefusedRequestException {
    Target target = proxy.targets().tunnel(head);
    Drafts.target(request.draft(), target);
    proxy.permissions().requireConnection(target);
    TunnelOpening opening = new TunnelOpening(proxy, this, ctx, target);
    boolean passes = opening.passesThrough();
    phase = Phase.EXCHANGE;
    watchdog.stop();
    opening.begin(passes);
  }

  /** Whether the connection is still there, and to be kept. */
  boolean goesOn() {
    return !draining && ctx.channel().isActive();
  }

  /** The request becomes something else, whose note it is from now on. */
  ExchangeDraft handOver() {
    return request.handOver();
  }

  private void take(ByteBuf content) {
    if (phase != Phase.BODY) {
      return;
    }
    try {
      request.take(content);
    } catch (RefusedRequestException e) {
      refuse(e.problem(), true);
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
    request.send(this);
  }

  @Override
  public void answer(HttpResponse upstream) {
    int code = upstream.status().code();
    RequestHead head = request.head();
    AgentResponses.Framed framed =
        AgentResponses.framed(
            upstream,
            head.minorVersion(),
            head.keepAlive() && !draining,
            request.isHead() || code == 204 || code == 304);
    keptAfterAnswer = framed.keepAlive();
    responses.answeringHead(request.isHead());
    ctx.channel().write(framed.response());
  }

  @Override
  public void content(ByteBuf piece) {
    ctx.channel().write(new DefaultHttpContent(piece));
  }

  /** Trailers end here: few HTTP/1.1 clients read them, and none asked for them. */
  @Override
  public void end(HttpHeaders trailers) {
    ctx.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    exchangeEnded(keptAfterAnswer);
  }

  @Override
  public void upgrade(HttpResponse switching, Channel upstream) {
    ExchangeDraft note = handOver();
    responses.answeringHead(false);
    ctx.writeAndFlush(AgentResponses.switching(switching));
    Relay.tie(proxy, ctx.channel(), upstream, note);
    ctx.pipeline().remove(responses);
    // What the agent has sent already must wait until the upstream's HTTP codec is gone, too.
    ctx.executor()
        .execute(
            () -> {
              stepAside();
              ctx.channel().read();
              upstream.read();
            });
  }

  /** Leaves the connection to the handler that was added last. */
  void stepAside() {
    watchdog.stop();
    if (ctx.isRemoved()) {
      return;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.remove(this);
    if (pipeline.context(responses) != null) {
      pipeline.remove(responses);
    }
    // Last: what the agent has sent already goes on to that handler.
    pipeline.remove(decoder);
  }

  /** The answer was written; the connection serves the next request or ends. */
  private void exchangeEnded(boolean keepAlive) {
    request.end();
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

  @Override
  public void refuse(Problem problem) {
    refuse(problem, !request.head().keepAlive());
  }

  private void refuse(Problem problem, boolean close) {
    request.refuse(problem);
    boolean last = close || draining;
    responses.answeringHead(request.isHead());
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

  @Override
  public void abort() {
    request.end();
    ctx.close();
  }

  private void awaitRequest() {
    phase = Phase.WAITING;
    request = new AgentRequest(proxy);
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
    if (context.channel().isWritable()) {
      request.answerMayContinue();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    watchdog.stop();
    request.abandon();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("the agent's connection broke", cause);
    context.close();
  }
}
