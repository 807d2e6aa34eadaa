// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
  private final RequestDecoder decoder;
  private final AgentResponses responses;
  private ChannelHandlerContext ctx;
  private Watchdog watchdog;
  private Phase phase = Phase.WAITING;
  private PlannedRequest request;
  private BodySpool body;
  private Exchange exchange;
  private boolean draining;

  AgentConnection(ProxyContext proxy, RequestDecoder decoder, AgentResponses responses) {
    this.proxy = proxy;
    this.decoder = decoder;
    this.responses = responses;
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
    boolean bodyComes = !(head.framing() instanceof BodyFraming.None);
    try {
      request = PlannedRequest.of(head, proxy.targets());
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

  private void take(ByteBuf content) {
    if (phase != Phase.BODY) {
      return;
    }
    proxy.stats().countSent(content.readableBytes());
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
    exchange = new Exchange(proxy, this, request, complete);
    exchange.start();
  }

  /** The answer was written; the connection serves the next request or ends. */
  void exchangeEnded(boolean keepAlive) {
    exchange = null;
    if (keepAlive && !draining) {
      awaitRequest();
      decoder.next();
      // Bytes of a pipelined request may be here already: let the decoder look at them.
      ctx.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
      ctx.pipeline().fireChannelReadComplete();
    } else {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> linger());
    }
  }

  /** Answers the request by ourselves. */
  void refuse(Problem problem, boolean close) {
    proxy.stats().count(problem.reason());
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
