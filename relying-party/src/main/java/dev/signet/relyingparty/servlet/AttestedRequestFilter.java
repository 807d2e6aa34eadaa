// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.SignatureProfile;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.ReplayGuard;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustState;
import dev.signet.requestsignatures.AcceptSignature;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.SignatureAlgorithm;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Lets only requests of attested agents through; all others get problem details (RFC 9457) with a
 * stable {@code reason}. Servlets find the agent under {@link #AGENT}.
 *
 * <p>A body up to the small limit is checked before the servlet is called, a longer one while the
 * servlet reads it: its last read throws when the body is not the signed one. So a servlet that
 * takes long bodies must not act on them before it has read their end, nor one that answers
 * asynchronously, whose end this filter does not see. Map the filter to every path and to {@code
 * REQUEST} dispatches, ahead of all other filters.
 */
public final class AttestedRequestFilter implements Filter {
  /** Request attribute with the {@link AgentIdentity}. */
  public static final String AGENT = AgentIdentity.class.getName();

  private static final System.Logger LOG = System.getLogger(AttestedRequestFilter.class.getName());
  private static final String WANTED =
      AcceptSignature.value(
          SignatureProfile.LABEL,
          SignatureProfile.ALWAYS.stream().map(CoveredComponent::of).toList(),
          SignatureAlgorithm.ECDSA_P256_SHA256,
          SignatureProfile.TAG);

  private final RequestVerifier verifier;
  private final Supplier<TrustState> trust;
  private final ReplayGuard replays;
  private final Clock clock;
  private final BodyLimits limits;

  /**
   * A filter over the parts that a service has one of.
   *
   * @param trust gives the state of the moment, such as {@code cache::current}
   */
  public AttestedRequestFilter(
      RequestVerifier verifier,
      Supplier<TrustState> trust,
      ReplayGuard replays,
      Clock clock,
      BodyLimits limits) {
    this.verifier = verifier;
    this.trust = trust;
    this.replays = replays;
    this.clock = clock;
    this.limits = limits;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest httpRequest
        && response instanceof HttpServletResponse httpResponse)) {
      throw new ServletException("expected HTTP");
    }
    if (request.getDispatcherType() != DispatcherType.REQUEST
        && request.getAttribute(AGENT) instanceof AgentIdentity) {
      // A forward, include, error or async dispatch inside a request that was let through.
      chain.doFilter(request, response);
      return;
    }
    // Nobody but this filter says who the agent is.
    request.removeAttribute(AGENT);
    Instant now = clock.instant();
    boolean announcesBody = announcesBody(httpRequest);
    if (httpRequest.getContentLengthLong() > limits.most()) {
      refuse(httpRequest, httpResponse, Refusal.TOO_LARGE, "body over " + limits.most(), now);
      return;
    }
    RequestDecision decision =
        verifier.verify(
            new ServletRequestView(httpRequest, verifier.scheme()),
            announcesBody ? new RequestBody.Streaming() : new RequestBody.None(),
            trust.get(),
            now,
            replays);
    if (decision instanceof RequestDecision.Refused refused) {
      refuse(httpRequest, httpResponse, refused.reason(), refused.detail(), now);
    } else if (decision instanceof RequestDecision.Accepted accepted) {
      admit(httpRequest, httpResponse, chain, accepted, now);
    }
  }

  private void admit(
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain,
      RequestDecision.Accepted accepted,
      Instant now)
      throws IOException, ServletException {
    AttestedBody body;
    try {
      body = AttestedBody.of(request, accepted.unreadBody(), limits);
    } catch (AttestedBody.Mismatch e) {
      refuse(request, response, e.reason(), e.getMessage(), now);
      return;
    }
    request.setAttribute(AGENT, accepted.agent());
    AttestedRequest checked = new AttestedRequest(request, response, body);
    try {
      chain.doFilter(checked, response);
      if (!checked.wentOn()) {
        body.finish();
      }
    } catch (IOException | ServletException | RuntimeException e) {
      if (checked.wentOn() || !body.isBad()) {
        throw e;
      }
    }
    // Another thread's answer is left to it: its read of the end has failed.
    if (!checked.wentOn() && body.isBad()) {
      if (response.isCommitted()) {
        // The answer is on its way and cannot be taken back; break the connection off.
        throw new IOException("the body was not the signed one, and the answer had begun");
      }
      response.reset();
      refuse(request, response, Refusal.BODY_MISMATCH, "found while the body was read", now);
    }
  }

  /** HTTP/2 bodies may come without either field; {@link AttestedBody} finds those. */
  private static boolean announcesBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0
        || request.getHeader("Transfer-Encoding") != null
        || request.getContentLengthLong() < 0 && request.getHeader("Content-Digest") != null;
  }

  private static void refuse(
      HttpServletRequest request,
      HttpServletResponse response,
      Refusal reason,
      String detail,
      Instant now)
      throws IOException {
    LOG.log(
        Level.INFO,
        () -> "refused " + reason + ' ' + printable(request.getMethod() + ' ' + detail));
    byte[] problem = StrictJson.encode(ProblemDetails.of(reason, null, null, now));
    response.setStatus(reason.status());
    response.setContentType(ProblemDetails.MEDIA_TYPE);
    response.setHeader("Cache-Control", "no-store");
    if (reason.status() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.setHeader("Accept-Signature", WANTED);
    }
    response.setContentLength(problem.length);
    response.getOutputStream().write(problem);
  }

  /** Details quote requests; a line of the log stays one line. */
  private static String printable(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      if (out.charAt(i) < ' ' || out.charAt(i) > '~') {
        out.setCharAt(i, '?');
      }
    }
    return out.toString();
  }
}
