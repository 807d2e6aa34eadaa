// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.ProblemDetails;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of an agent that speaks HTTP/2, on a stream of its own. The same rules as {@link
 * AgentConnection}'s, on the stream's event loop, which is its connection's.
 */
final class AgentStream extends ChannelInboundHandlerAdapter implements AgentSide {
  private static final Logger LOG = LoggerFactory.getLogger(AgentStream.class);

  private final ProxyContext proxy;
  private final Target origin;
  private final AgentRequest request;
  private ChannelHandlerContext ctx;
  private Watchdog watchdog;
  private boolean requestEnded;
  private boolean answered;

  AgentStream(ProxyContext proxy, Target origin) {
    this.proxy = proxy;
    this.origin = origin;
    this.request = new AgentRequest(proxy);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    watchdog = new Watchdog(context.channel().eventLoop());
    watchdog.watch(proxy.limits().agent(), this::agentIsSilent);
  }

  @Override
  public Channel channel() {
    return ctx.channel();
  }

  @Override
  public Watchdog watchdog() {
    return watchdog;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    watchdog.touch();
    try {
      switch (message) {
        case Http2HeadersFrame frame when request.head() == null -> begin(frame);
        // Trailers of a request are not signed, and end here; so they do in HTTP/1.1.
        case Http2HeadersFrame frame -> endIf(frame.isEndStream());
        case Http2DataFrame frame -> {
          take(frame.content());
          endIf(frame.isEndStream());
        }
        default -> {}
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(Http2HeadersFrame frame) {
    proxy.stats().countRequest();
    requestEnded = frame.isEndStream();
    try {
      if (!proxy.bounds().admitStream(ctx.channel())) {
        throw new RefusedRequestException(
            EgressReason.TOO_MANY_CONNECTIONS,
            "At most %d requests are served at one time over HTTP/2."
                .formatted(proxy.limits().connections()));
      }
      request.begin(
          Http2Fields.request(
              frame.headers(), frame.isEndStream(), origin.scheme(), proxy.limits().fields()));
      request.judge(origin);
    } catch (RefusedRequestException e) {
      refuse(e.problem());
      return;
    }
    if (request.head().expectsContinue()) {
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("100")));
    }
    endIf(requestEnded);
  }

  private void take(ByteBuf content) {
    if (!request.isTaken() || !content.isReadable()) {
      return;
    }
    try {
      request.take(content);
    } catch (RefusedRequestException e) {
      refuse(e.problem());
    }
  }

  private void endIf(boolean ended) {
    requestEnded |= ended;
    if (!ended || !request.isTaken()) {
      return;
    }
    if (request.head().framing() instanceof BodyFraming.Length(long bytes)
        && bytes != request.length()) {
      refuse(
          new Problem(
              EgressReason.MALFORMED_REQUEST,
              "content-length promises %d bytes; %d came.".formatted(bytes, request.length())));
      return;
    }
    request.send(this);
  }

  @Override
  public void answer(HttpResponse upstream) {
    answered = true;
    ctx.write(new DefaultHttp2HeadersFrame(Http2Fields.ofResponse(upstream)));
  }

  @Override
  public void content(ByteBuf piece) {
    ctx.write(new DefaultHttp2DataFrame(piece));
  }

  @Override
  public void end(HttpHeaders trailers) {
    request.end();
    Http2Headers ours = Http2Fields.ofTrailers(trailers);
    if (ours.isEmpty()) {
      ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
    } else {
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(ours, true));
    }
  }

  /** Nobody can have asked: HTTP/2 has no Upgrade field, and RFC 8441 is not offered. */
  @Override
  public void upgrade(HttpResponse switching, Channel upstream) {
    upstream.close();
    abort();
  }

  @Override
  public void refuse(Problem problem) {
    if (answered) {
      return;
    }
    answered = true;
    request.refuse(problem);
    watchdog.stop();
    byte[] json = problem.json(proxy.clock().instant());
    Http2Headers headers =
        new DefaultHttp2Headers()
            .status(Integer.toString(problem.reason().status()))
            .set("content-type", ProblemDetails.MEDIA_TYPE)
            .set("cache-control", "no-store")
            .set("content-length", Integer.toString(json.length));
    if (problem.retryAfter() != null) {
      headers.set("retry-after", Long.toString(problem.retryAfter().toSeconds()));
    }
    boolean bodyless = request.isHead();
    ctx.write(new DefaultHttp2HeadersFrame(headers, bodyless));
    if (!bodyless) {
      ctx.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(json), true));
    }
    ctx.flush();
    if (!requestEnded) {
      // Clients take a reset for a failure and lose the answer with it: let the rest come, and be
      // thrown away, for a moment.
      ctx.executor()
          .schedule(this::resetUnlessEnded, Lingering.MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** RFC 9113 section 8.1: the answer is whole, and the rest of the request is not wanted. */
  private void resetUnlessEnded() {
    if (!requestEnded && ctx.channel().isActive()) {
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
    }
  }

  @Override
  public void abort() {
    request.end();
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
  }

  private void agentIsSilent() {
    refuse(
        new Problem(
            EgressReason.REQUEST_TIMEOUT,
            "Nothing more of the request came for %d ms."
                .formatted(proxy.limits().agent().toMillis())));
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
    LOG.debug("a stream of the agent broke", cause);
    context.close();
  }
}
