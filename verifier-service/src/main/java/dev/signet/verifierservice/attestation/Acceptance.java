// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.registry.AgentKeys;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.BootSequences;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Makes evidence that was judged good count: statuses, floors, logs, the audit log. */
final class Acceptance {
  private final Vigilance vigilance;
  private final TokenIssuer tokens;
  private final Database database;
  private final Attempts attempts;

  Acceptance(Vigilance vigilance, TokenIssuer tokens, Database database, Attempts attempts) {
    this.vigilance = vigilance;
    this.tokens = tokens;
    this.database = database;
    this.attempts = attempts;
  }

  /**
   * The last look, and all that is to be remembered, in one transaction.
   *
   * @return why not, if something changed meanwhile or the token would be too large
   */
  <T> Optional<Refused<T>> accept(
      AttestationRequest request, Affirming affirming, Evidence evidence, Instant now)
      throws IOException {
    Known sender = evidence.known();
    if (request.purpose() == Purpose.ATTEST) {
      int size = tokens.size(affirming, evidence, now);
      if (size > Limits.TOKEN_BYTES) {
        String detail =
            "the token would have %d bytes, the limit is %d: name the agent or the verifier shorter"
                .formatted(size, Limits.TOKEN_BYTES);
        return Optional.of(attempts.refused(request, sender, Refusal.TOO_LARGE, detail, now));
      }
    }
    Optional<Bytes> firmwareLog =
        HostLogKeeping.worthKeeping(request, evidence.logs(), affirming.log());
    return database.write(
        tx -> {
          Optional<Finding> late =
              AtIssue.finding(tx, request, affirming, sender, evidence.statement(), vigilance, now);
          if (late.isPresent()) {
            return Optional.of(
                attempts.refused(
                    tx, request, sender, late.get().reason(), late.get().detail(), now));
          }
          AttestationKeys.seen(tx, sender.key().akName(), affirming.log().quote().clockInfo(), now);
          if (request.purpose() == Purpose.ATTEST) {
            AgentKeys.attested(
                tx,
                request.agent(),
                sender.key().host(),
                request.launch(),
                now,
                tokens.expires(evidence, now));
            AgentStatuses.accepted(tx, tokens.status(affirming, evidence, now), now);
          } else {
            AgentStatuses.seen(tx, request.agent(), sender.key().host(), request.launch(), now);
          }
          BootSequences.accepted(tx, sender.key().akName(), affirming.log());
          HostLogKeeping.keep(tx, request, affirming.log().quote(), firmwareLog);
          if (evidence.logs().ima().isPresent()) {
            ImaLogs.accepted(
                tx,
                sender.registered().registration(),
                evidence.logs().ima().get(),
                affirming.log().quote());
          }
          attempts.granted(tx, request, affirming, evidence, now);
          if (request.purpose() == Purpose.ATTEST && evidence.raisesFloor()) {
            Optional<Long> before =
                Registrations.follow(tx, request.agent(), evidence.statement().securityVersion());
            if (before.isPresent()) {
              attempts.floorFollowed(tx, request.agent(), evidence, before.get(), now);
            }
          }
          return Optional.empty();
        });
  }
}
