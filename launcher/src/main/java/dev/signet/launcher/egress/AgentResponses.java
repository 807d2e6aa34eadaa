// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.ProblemDetails;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What is written to the agent: the upstream's answers with new framing, and our own problems. */
final class AgentResponses extends HttpResponseEncoder {
  private boolean answersHead;

  /** Tells whether the next answer belongs to a HEAD request and so has no body. */
  void answeringHead(boolean head) {
    answersHead = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return (answersHead && response.status().code() >= 200) || super.isContentAlwaysEmpty(response);
  }

  static FullHttpResponse problem(Problem problem, Instant now, boolean close) {
    byte[] json = problem.json(now);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(problem.reason().status()),
            Unpooled.wrappedBuffer(json));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, ProblemDetails.MEDIA_TYPE)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(HttpHeaderNames.CONTENT_LENGTH, json.length);
    if (close) {
      response.headers().set(HttpHeaderNames.CONNECTION, "close");
    }
    if (problem.retryAfter() != null) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, problem.retryAfter().toSeconds());
    }
    if (problem.reason() == EgressReason.METHOD_REFUSED) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    return response;
  }

  /** After this, the connection is the tunnel's (RFC 9110 section 9.3.6). */
  static FullHttpResponse established() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, new HttpResponseStatus(200, "Connection established"));
  }

  /** An upstream's consent to a WebSocket (RFC 6455 section 4.2.2), as the agent gets it. */
  static FullHttpResponse switching(HttpResponse upstream) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    response.headers().set(withoutThoseOfConnection(upstream));
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, PlannedRequest.WEB_SOCKET);
    return response;
  }

  static FullHttpResponse goOn() {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE);
  }

  /**
   * The upstream's answer as the agent gets it.
   *
   * @param minorVersion the agent's HTTP/1.x
   * @param keepAlive whether the agent wants its connection kept
   * @param withoutBody whether the answer cannot have a body
   */
  static Framed framed(
      HttpResponse upstream, int minorVersion, boolean keepAlive, boolean withoutBody) {
    HttpHeaders headers = withoutThoseOfConnection(upstream);
    boolean delimited = withoutBody || headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    if (!delimited && minorVersion == 1) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
    }
    boolean kept = keepAlive && (delimited || minorVersion == 1);
    if (!kept) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    } else if (minorVersion == 0) {
      headers.set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
    return new Framed(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, upstream.status(), headers), kept);
  }

  private static HttpHeaders withoutThoseOfConnection(HttpResponse upstream) {
    HttpHeaders headers = new DefaultHttpHeaders();
    Set<String> ofConnection = new HashSet<>();
    upstream
        .headers()
        .getAll(HttpHeaderNames.CONNECTION)
        .forEach(value -> FieldRules.addOptions(value, ofConnection));
    for (Map.Entry<String, String> field : upstream.headers()) {
      if (!FieldRules.endsAtProxy(field.getKey(), ofConnection)) {
        headers.add(field.getKey(), FieldText.of(field.getValue()));
      }
    }
    return headers;
  }

  /**
   * An answer's header for the agent.
   *
   * @param keepAlive whether the agent's connection can serve another request afterwards
   */
  record Framed(HttpResponse response, boolean keepAlive) {}
}
