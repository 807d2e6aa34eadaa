// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.requests;

import dev.signet.protocol.Refusal;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.ReplayGuard;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustState;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides on requests that a service or a proxy describes, with the same code as the relying party
 * library, by the trust state that this verifier itself last published.
 */
public final class RequestJudge {
  /** Refusals of what an attested agent had signed, or carried a token of one. */
  private static final Set<Refusal> SIGNED =
      Set.of(
          Refusal.STALE,
          Refusal.REVOKED,
          Refusal.REPLAYED,
          Refusal.REPLAY_MEMORY_FULL,
          Refusal.BODY_MISMATCH);

  private final Map<String, RequestVerifier> byScheme = new HashMap<>();
  private final SignatureProviders providers;
  private final ReplayGuard replays;
  private final Database database;
  private final DecisionLog log;
  private final Metrics metrics;
  private final InstantSource clock;
  private volatile TrustState trust = TrustState.none();

  /**
   * @param authorities {@code scheme://authority} of the services that requests may be for
   */
  public RequestJudge(
      List<String> authorities,
      SignatureProviders providers,
      ReplayGuard replays,
      Database database,
      DecisionLog log,
      Metrics metrics,
      InstantSource clock) {
    Map<String, Set<String>> grouped = new HashMap<>();
    for (String authority : authorities) {
      URI uri = URI.create(authority);
      grouped.computeIfAbsent(uri.getScheme(), s -> new HashSet<>()).add(uri.getRawAuthority());
    }
    grouped.forEach((scheme, names) -> byScheme.put(scheme, new RequestVerifier(names, scheme)));
    this.providers = providers;
    this.replays = replays;
    this.database = database;
    this.log = log;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** From now on decisions follow {@code snapshot}. */
  public void trust(TrustSnapshot snapshot) {
    trust = TrustState.of(snapshot, providers);
  }

  /** What decisions follow now. */
  public TrustState trusted() {
    return trust;
  }

  /**
   * A decision.
   *
   * @param id under which it is in the audit log; null for a refusal that anybody can bring about
   * @param heard of the agent, for a request that was accepted; else nothing
   */
  public record Judged(RequestDecision decision, String id, Heard heard) {}

  /**
   * @param act {@code verify} or {@code authz}
   * @param caller the service
   */
  public Judged judge(String act, Actor caller, RequestView request, RequestBody body)
      throws IOException {
    Instant now = clock.instant();
    RequestVerifier verifier = byScheme.get(request.scheme());
    if (verifier == null && !byScheme.isEmpty()) {
      // Any of them refuses the scheme, in its place in the order of the checks.
      verifier = byScheme.values().iterator().next();
    }
    RequestDecision decision =
        verifier == null
            ? new RequestDecision.Refused(Refusal.WRONG_AUTHORITY, "no authorities are configured")
            : verifier.verify(request, body, trust, now, replays);
    Judged judged =
        switch (decision) {
          case RequestDecision.Accepted accepted -> accepted(act, caller, accepted, now);
          // Whoever reaches a service without a credential must not be able to fill our disk: what
          // nobody signed is counted, not recorded.
          case RequestDecision.Refused refused when !SIGNED.contains(refused.reason()) ->
              new Judged(decision, null, Heard.NOTHING);
          case RequestDecision.Refused refused ->
              new Judged(
                  decision,
                  record(
                      new Decision(
                          act,
                          caller,
                          null,
                          null,
                          null,
                          refused.reason().name(),
                          refused.detail(),
                          null),
                      now),
                  Heard.NOTHING);
        };
    metrics.decided(
        act,
        decision instanceof RequestDecision.Refused refused
            ? refused.reason().name()
            : Decision.OK);
    return judged;
  }

  private Judged accepted(String act, Actor caller, RequestDecision.Accepted accepted, Instant now)
      throws IOException {
    AgentIdentity agent = accepted.agent();
    return database.write(
        tx -> {
          Heard heard = AgentStatuses.heard(tx, agent.agent(), agent.host());
          String id =
              log.record(
                  tx,
                  new Decision(
                      act,
                      caller,
                      agent.agent(),
                      agent.host(),
                      agent.launch(),
                      Decision.OK,
                      "key " + agent.keyThumbprint(),
                      heard),
                  now);
          return new Judged(accepted, id, heard);
        });
  }

  private String record(Decision decision, Instant now) throws IOException {
    return database.write(tx -> log.record(tx, decision, now));
  }
}
