// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.trust.SnapshotPublisher;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Revoking and reinstating. */
public final class RevocationRoutes {
  private final Acts acts;
  private final SnapshotPublisher publisher;

  public RevocationRoutes(Acts acts, SnapshotPublisher publisher) {
    this.acts = acts;
    this.publisher = publisher;
  }

  public List<Route> routes() {
    Access revoke = new Access.Operators(Role.REVOKE);
    Access reinstate = new Access.Operators(Role.REINSTATE);
    int small = Limits.SMALL_MESSAGE_BYTES;
    return List.of(
        new Route("GET", "/v1/revocations", revoke, 0, this::list),
        new Route("POST", "/v1/revocations", revoke, small, this::revoke),
        new Route("POST", "/v1/reinstatements", reinstate, small, this::reinstate));
  }

  /** The body of both calls. */
  record Change(Revocation.Scope scope, String value, String reason) {
    Change {
      // The protocol's own record knows what a value of each scope looks like.
      new Revocation(scope, value, 0);
      if (reason == null || reason.isBlank() || reason.length() > 500) {
        throw new IllegalArgumentException("reason: expected 1 to 500 characters");
      }
    }
  }

  private Answer list(Call call) throws IOException {
    return new Answer.Json(200, Map.of("revocations", acts.read(Revocations::recorded)));
  }

  private Answer revoke(Call call) throws MalformedMessageException, IOException {
    Change change = call.json(Change.class);
    Answer answer =
        acts.decide(
            call,
            "revoke",
            (tx, now) -> {
              if (!Revocations.hasRoom(tx, now)) {
                return new Acts.Not(
                    Refusal.TOO_LARGE,
                    "services take no snapshot with more than "
                        + Revocations.MOST_PUBLISHED
                        + " revocations; revoke a host or an agent instead of each of its keys, and"
                        + " reinstate what they cover");
              }
              return Revocations.add(
                      tx,
                      change.scope(),
                      change.value(),
                      change.reason(),
                      call.caller().name(),
                      now)
                  ? new Acts.Done(
                      201, recorded(change, call, now), decision("revoke", call, change))
                  : new Acts.Not(Refusal.CONFLICT, "it is revoked already");
            });
    publisher.publish();
    return answer;
  }

  private Answer reinstate(Call call) throws MalformedMessageException, IOException {
    Change change = call.json(Change.class);
    Answer answer =
        acts.decide(
            call,
            "reinstate",
            (tx, now) ->
                Revocations.remove(tx, change.scope(), change.value())
                    ? new Acts.Done(204, null, decision("reinstate", call, change))
                    : new Acts.Not(Refusal.NOT_FOUND, "it is not revoked"));
    publisher.publish();
    return answer;
  }

  private static Revocations.Recorded recorded(Change change, Call call, Instant now) {
    return new Revocations.Recorded(
        change.scope(), change.value(), now, change.reason(), call.caller().name());
  }

  private static Decision decision(String act, Call call, Change change) {
    return Decision.act(
        act,
        call.caller().actor(),
        null,
        null,
        change.scope() + " " + change.value() + ": " + change.reason());
  }
}
