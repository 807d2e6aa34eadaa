// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeDraft;
import dev.signet.launcher.traffic.ExchangeRecord;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInboundInvoker;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
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
  private RequestHead head;
  private Intake intake;
  private Exchange exchange;
  private ExchangeDraft draft;
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
    } else if (message instanceof RequestHead request) {
      begin(request);
    } else if (message instanceof Problem problem) {
      refuse(problem, true);
    } else if (message == RequestDecoder.END) {
      complete();
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(RequestHead request) {
    proxy.stats().countRequest();
    head = request;
    draft = Drafts.begin(proxy.exchanges(), head);
    boolean bodyComes = !(head.framing() instanceof BodyFraming.None);
    try {
      if (origin == null && head.method().equals("CONNECT")) {
        Target tunnel = proxy.targets().tunnel(head);
        Drafts.target(draft, tunnel);
        proxy.permissions().requireConnection(tunnel);
        openTunnel(tunnel);
        return;
      }
      intake = Intake.begin(proxy, head, origin, draft);
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

  private void openTunnel(Target target) throws RefusedRequestException {
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
    phase = Phase.EXCHANGE;
    watchdog.stop();
    proxy.blocking().execute(() -> prepareTunnel(target, passes));
  }

  /** Off the event loop: signatures and name servers take their time. */
  private void prepareTunnel(Target target, boolean passes) {
    EventLoop loop = ctx.channel().eventLoop();
    try {
      if (passes) {
        List<InetAddress> addresses = proxy.permissions().tunnel(target);
        loop.execute(() -> passThrough(target, addresses));
      } else {
        SslContext tls = proxy.tunnels().orElseThrow().context(target.hostName());
        loop.execute(() -> becomeTunnel(new Tunnel(proxy, target, tls)));
      }
    } catch (RefusedRequestException e) {
      loop.execute(() -> refuse(e.problem()));
    } catch (UnknownHostException e) {
      Problem unknown =
          new Problem(
              EgressReason.UPSTREAM_UNREACHABLE, "The name " + target.host() + " has no address.");
      loop.execute(() -> refuse(unknown));
    } catch (RuntimeException e) {
      // A fault of ours must not leave the agent waiting.
      Problem fault =
          new Problem(
              EgressReason.SIGNING_FAILED, "No certificate could be made for the tunnel's host.");
      loop.execute(() -> refuse(fault));
      throw e;
    }
  }

  private void passThrough(Target target, List<InetAddress> addresses) {
    PassThrough.connect(ctx.channel().eventLoop(), proxy.limits(), addresses, target.port())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                refuse(UpstreamFailures.whileConnecting(target, connected.cause()));
                return;
              }
              Channel upstream = (Channel) connected.getNow();
              if (draining || !ctx.channel().isActive()) {
                upstream.close();
                ctx.close();
                return;
              }
              ctx.writeAndFlush(AgentResponses.established());
              draft.became(ExchangeRecord.Kind.TUNNEL);
              draft.sent(upstream.remoteAddress());
              draft.answer(HttpResponseStatus.OK.code(), name -> null);
              Relay.tie(proxy, ctx.channel(), upstream, draft);
              draft = null;
              stepAside();
              ctx.channel().read();
              upstream.read();
            });
  }

  private void becomeTunnel(Tunnel tunnel) {
    if (draining || !ctx.channel().isActive()) {
      ctx.close();
      return;
    }
    ctx.writeAndFlush(AgentResponses.established());
    draft = null; // what passes in it is noted request by request
    ctx.pipeline().addLast(tunnel);
    stepAside();
  }

  private void take(ByteBuf content) {
    if (phase != Phase.BODY) {
      return;
    }
    try {
      intake.take(content);
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
    exchange = intake.complete(this);
    exchange.start();
  }

  @Override
  public void answer(HttpResponse upstream) {
    int code = upstream.status().code();
    boolean isHead = head.method().equals("HEAD");
    AgentResponses.Framed framed =
        AgentResponses.framed(
            upstream,
            head.minorVersion(),
            head.keepAlive() && !draining,
            isHead || code == 204 || code == 304);
    keptAfterAnswer = framed.keepAlive();
    responses.answeringHead(isHead);
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
    exchange = null;
    ExchangeDraft note = draft;
    draft = null;
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
  private void stepAside() {
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

  @Override
  public void refuse(Problem problem) {
    refuse(problem, !head.keepAlive());
  }

  private void refuse(Problem problem, boolean close) {
    proxy.stats().count(problem.reason());
    Drafts.end(draft == null ? Drafts.begin(proxy.exchanges()) : draft, problem);
    boolean last = close || draining;
    dropBody();
    exchange = null;
    responses.answeringHead(head != null && head.method().equals("HEAD"));
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
    exchange = null;
    ctx.close();
  }

  private void awaitRequest() {
    phase = Phase.WAITING;
    head = null;
    intake = null;
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
    if (intake != null) {
      intake.discard();
      intake = null;
    }
  }
}
