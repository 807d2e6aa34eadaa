// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.TokenRequest;
import dev.signet.verifierservice.attestation.HostCallRoutes;
import dev.signet.verifierservice.attestation.Judgement;
import dev.signet.verifierservice.config.ServiceLimits;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.RateLimiter;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.requests.AgentCalls;
import dev.signet.verifierservice.requests.AgentCalls.Caller;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent's launcher calls to get SVIDs and tokens. The gate lets anybody through, as it does
 * hosts; the signature of the attested request key is what counts.
 */
public final class SvidRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(SvidRoutes.class);
  private static final String SVIDS = "/v1/svids";
  private static final String TOKENS = "/v1/tokens";

  private final AgentCalls calls;
  private final SvidService service;
  private final RateLimiter perKey;
  private final Metrics metrics;
  private final InstantSource clock;

  public SvidRoutes(
      AgentCalls calls,
      SvidService service,
      ServiceLimits limits,
      Metrics metrics,
      InstantSource clock) {
    this.calls = calls;
    this.service = service;
    this.perKey = new RateLimiter(limits.perHost());
    this.metrics = metrics;
    this.clock = clock;
  }

  public List<Route> routes() {
    Access open = new Access.Open();
    int small = Limits.SMALL_MESSAGE_BYTES;
    return List.of(
        new Route("POST", SVIDS, open, small, this::svid),
        new Route("POST", TOKENS, open, small, this::token));
  }

  private Answer svid(Call call) throws MalformedMessageException, IOException {
    return judged(call, SVIDS, "svid", agent -> service.svid(agent, call.json(SvidRequest.class)));
  }

  private Answer token(Call call) throws MalformedMessageException, IOException {
    return judged(
        call, TOKENS, "token", agent -> service.token(agent, call.json(TokenRequest.class)));
  }

  /** What is done for an agent that proved to be it. */
  @FunctionalInterface
  private interface Doing<T> {
    Judgement<T> judge(Caller.Agent agent) throws MalformedMessageException, IOException;
  }

  private <T> Answer judged(Call call, String path, String act, Doing<T> doing)
      throws MalformedMessageException, IOException {
    // Who it is comes first: a stranger does not learn what is wrong with his message.
    switch (calls.caller(call, path, clock.instant())) {
      case Caller.Refused(Refusal reason, String detail) -> {
        return refused(act, reason, detail, null);
      }
      case Caller.Agent agent -> {
        String key = agent.claims().cnf().jwk().thumbprint();
        if (!perKey.take(key, System.nanoTime())) {
          return refused(act, Refusal.RATE_LIMITED, "key " + key, null);
        }
        return switch (doing.judge(agent)) {
          case Judgement.Granted<T>(T answer) -> {
            metrics.decided(act, "OK");
            yield new Answer.Json(200, answer);
          }
          case Judgement.Refused<T>(Refusal reason, String detail, String decision) ->
              refused(act, reason, detail, decision);
        };
      }
    }
  }

  private Answer refused(String act, Refusal reason, String detail, String decision) {
    metrics.decided(act, reason.name());
    LOG.info(
        "{} refused: {}: {} (decision {})", act, reason, HostCallRoutes.oneLine(detail), decision);
    return new Answer.Problem(ProblemDetails.of(reason, null, decision, clock.instant()));
  }
}
