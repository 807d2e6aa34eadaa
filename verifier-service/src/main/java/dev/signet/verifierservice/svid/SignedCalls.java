// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.attestation.HostCallRoutes;
import dev.signet.verifierservice.attestation.Judgement;
import dev.signet.verifierservice.config.ServiceLimits;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.RateLimiter;
import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.requests.AgentCalls;
import dev.signet.verifierservice.requests.AgentCalls.Caller;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of attested agents. The gate lets anybody through, as it does hosts; the signature of the
 * attested request key is what counts.
 */
public final class SignedCalls {
  private static final Logger LOG = LoggerFactory.getLogger(SignedCalls.class);

  private final AgentCalls calls;
  private final RateLimiter perKey;
  private final Metrics metrics;
  private final InstantSource clock;

  public SignedCalls(AgentCalls calls, ServiceLimits limits, Metrics metrics, InstantSource clock) {
    this.calls = calls;
    this.perKey = new RateLimiter(limits.perHost());
    this.metrics = metrics;
    this.clock = clock;
  }

  /** What is done for an agent that proved to be it. */
  @FunctionalInterface
  public interface Doing<T> {
    /** The outcome, recorded in the audit log. */
    Judgement<T> judge(Caller.Agent agent) throws MalformedMessageException, IOException;
  }

  /**
   * Finds out who calls, and does it.
   *
   * @param path of the call's target, as the route has it
   * @param act the name in metrics and log
   */
  public <T> Answer answer(
      Call call, String path, String act, Doing<T> doing, Function<T, Answer> answering)
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
            yield answering.apply(answer);
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
