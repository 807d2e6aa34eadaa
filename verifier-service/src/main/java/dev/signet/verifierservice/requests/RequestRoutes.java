// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.requests;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.VerifyRequest;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.config.ServiceConfig.CallingService;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Caller;
import dev.signet.verifierservice.http.Route;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code /v1/verify} for services, and {@code /v1/authz/**} for proxies that ask before they pass a
 * request on (nginx's auth_request, forward authentication). A proxy describes the request in
 * fields that it sets itself, whatever the client sent.
 */
public final class RequestRoutes {
  private static final String METHOD = "x-original-method";
  private static final String TARGET = "x-original-uri";
  private static final String HOST = "x-original-host";
  private static final String FORWARDED_HOST = "x-forwarded-host";
  private static final String SCHEME = "x-forwarded-proto";
  private static final String LENGTH = "x-original-content-length";
  private static final String PROTOCOL = "x-original-protocol";
  private static final String TRANSFER = "x-original-transfer-encoding";

  /** What the proxy says, and so is no part of the client's request. */
  private static final Set<String> OF_THE_PROXY =
      Set.of(
          METHOD,
          TARGET,
          HOST,
          FORWARDED_HOST,
          SCHEME,
          LENGTH,
          PROTOCOL,
          TRANSFER,
          "signet-proxy-credential",
          "host",
          "connection");

  private final RequestJudge judge;
  private final InstantSource clock;

  public RequestRoutes(RequestJudge judge, InstantSource clock) {
    this.judge = judge;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            "/v1/verify",
            new Access.Services(false),
            2 * Limits.SMALL_MESSAGE_BYTES,
            this::verify),
        new Route(Route.ANY, "/v1/authz/**", new Access.Services(true), 0, this::authorize));
  }

  private Answer verify(Call call) throws MalformedMessageException, IOException {
    VerifyRequest described = call.json(VerifyRequest.class);
    RequestBody body =
        described.bodyDigest() == null
            ? new RequestBody.None()
            : new RequestBody.Hashed(described.bodyDigest());
    RequestJudge.Judged judged =
        judge.judge(
            "verify",
            call.caller().actor(),
            new DescribedRequest(
                described.method(),
                described.scheme(),
                described.authority(),
                described.path(),
                described.query(),
                described.headers()),
            body);
    VerifyRequest.Decision answer =
        switch (judged.decision()) {
          case RequestDecision.Accepted accepted ->
              new VerifyRequest.Decision(
                  true, null, accepted(accepted.agent(), judged.heard()), judged.id());
          case RequestDecision.Refused refused ->
              new VerifyRequest.Decision(false, refused.reason().name(), null, judged.id());
        };
    return new Answer.Json(200, answer);
  }

  private static VerifyRequest.Accepted accepted(AgentIdentity agent, Heard heard) {
    return new VerifyRequest.Accepted(
        agent.agent(),
        agent.launch(),
        agent.host(),
        agent.keyThumbprint(),
        heard.lastSeen(),
        heard.lastGood());
  }

  private Answer authorize(Call call) throws MalformedMessageException, IOException {
    CallingService proxy = ((Caller.Service) call.caller()).config();
    String target = said(call, TARGET);
    int question = target.indexOf('?');
    if (!target.startsWith("/")) {
      throw new MalformedMessageException(TARGET + ": expected a path");
    }
    DescribedRequest request =
        new DescribedRequest(
            said(call, METHOD),
            said(call, SCHEME),
            host(call),
            question < 0 ? target : target.substring(0, question),
            question < 0 ? null : target.substring(question + 1),
            call.fields().stream()
                .filter(f -> !OF_THE_PROXY.contains(f.get(0)))
                .filter(f -> !f.get(0).equals(proxy.bodyDigestHeader()))
                .toList());
    RequestBody body = body(call, proxy);
    if (body instanceof RequestBody.Streaming && !proxy.uncheckedBodies()) {
      return problem(Refusal.BODY_MISMATCH, null);
    }
    RequestJudge.Judged judged = judge.judge("authz", call.caller().actor(), request, body);
    return switch (judged.decision()) {
      case RequestDecision.Accepted accepted -> {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Signet-Agent", accepted.agent().agent().value());
        fields.put("Signet-Launch", accepted.agent().launch().value());
        fields.put("Signet-Decision", judged.id());
        put(fields, "Signet-Last-Seen", judged.heard().lastSeen());
        put(fields, "Signet-Last-Good", judged.heard().lastGood());
        if (body instanceof RequestBody.Streaming) {
          fields.put("Signet-Body", "unchecked");
        }
        yield new Answer.Empty(fields);
      }
      case RequestDecision.Refused refused -> problem(refused.reason(), judged.id());
    };
  }

  /** Of two that differ the client sent one: a request for one service would pass for another. */
  private static String host(Call call) throws MalformedMessageException {
    String original = call.field(HOST);
    if (original == null) {
      return said(call, FORWARDED_HOST);
    }
    String forwarded = call.field(FORWARDED_HOST);
    if (forwarded != null && !forwarded.equals(original)) {
      throw new MalformedMessageException(
          "expected the proxy to set "
              + HOST
              + " and to remove "
              + FORWARDED_HOST
              + ", they differ");
    }
    return original;
  }

  private static void put(Map<String, String> fields, String name, Instant time) {
    if (time != null) {
      fields.put(name, time.truncatedTo(ChronoUnit.SECONDS).toString());
    }
  }

  /** Without a digest from the proxy, a body that there is cannot be vouched for. */
  private static RequestBody body(Call call, CallingService proxy)
      throws MalformedMessageException {
    if (proxy.bodyDigestHeader() != null) {
      String digest = call.field(proxy.bodyDigestHeader());
      if (digest != null) {
        try {
          return new RequestBody.Hashed(Digest.parse(digest));
        } catch (IllegalArgumentException e) {
          throw new MalformedMessageException(proxy.bodyDigestHeader() + ": " + e.getMessage(), e);
        }
      }
    }
    String length = call.field(LENGTH);
    boolean said = length != null && !length.isEmpty();
    boolean chunked = call.field(TRANSFER) != null && !call.field(TRANSFER).isEmpty();
    boolean digested = call.field("content-digest") != null;
    if (chunked || digested || (said && !length.equals("0"))) {
      return new RequestBody.Streaming();
    }
    // HTTP/1 has no body without one of the two fields; HTTP/2 and 3 need neither.
    String protocol = call.field(PROTOCOL);
    boolean framed = "HTTP/1.1".equals(protocol) || "HTTP/1.0".equals(protocol);
    return said || framed ? new RequestBody.None() : new RequestBody.Streaming();
  }

  private static String said(Call call, String name) throws MalformedMessageException {
    String value = call.field(name);
    if (value == null || value.isEmpty()) {
      throw new MalformedMessageException("expected the proxy to set " + name);
    }
    return value;
  }

  /** Proxies know 401 and 403 only; anything else would be an error of the proxy's own. */
  private Answer problem(Refusal reason, String decision) {
    ProblemDetails p = ProblemDetails.of(reason, null, decision, clock.instant());
    int status = p.status() == 403 ? 403 : 401;
    return new Answer.Problem(
        new ProblemDetails(
            p.type(), p.title(), status, p.reason(), p.detail(), p.decision(), p.serverTime()));
  }
}
