// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the audit log is told of attempts at attestation, and the answer to those refused. */
final class Attempts {
  private final Database database;
  private final DecisionLog log;

  Attempts(Database database, DecisionLog log) {
    this.database = database;
    this.log = log;
  }

  /**
   * Whoever has the key's name gets a challenge for it: until the quote is good, host, agent and
   * launch are what somebody says.
   */
  <T> Refused<T> unproven(
      AttestationRequest request, Known sender, Refusal reason, String detail, Instant now)
      throws IOException {
    String claims =
        "claimed host: %s, agent: %s, launch: %s; %s"
            .formatted(sender.key().host(), request.agent(), request.launch(), detail);
    Decision decision =
        new Decision(act(request), Actor.UNPROVEN, null, null, null, reason.name(), claims, null);
    return new Refused<>(reason, detail, database.write(tx -> log.record(tx, decision, now)));
  }

  <T> Refused<T> refused(
      AttestationRequest request, Known sender, Refusal reason, String detail, Instant now)
      throws IOException {
    return database.write(tx -> refused(tx, request, sender, reason, detail, now));
  }

  /** For the first of {@code findings}; all are in the log. */
  <T> Refused<T> refused(
      AttestationRequest request, Known sender, List<Finding> findings, Instant now)
      throws IOException {
    String detail =
        findings.stream()
            .map(f -> f.reason() + ": " + f.detail())
            .collect(Collectors.joining("; "));
    return refused(request, sender, findings.getFirst().reason(), detail, now);
  }

  <T> Refused<T> refused(
      Transaction tx,
      AttestationRequest request,
      Known sender,
      Refusal reason,
      String detail,
      Instant now)
      throws SQLException {
    Optional<HostAlarms.Kind> alarm = HostAlarms.of(reason);
    if (alarm.isPresent()) {
      HostAlarms.raise(tx, sender.key().host(), alarm.get(), detail, now);
    }
    AgentStatuses.refused(
        tx,
        request.agent(),
        sender.key().host(),
        request.launch(),
        reason,
        isRegistered(sender),
        now);
    String id = log.record(tx, decision(request, sender, reason.name(), detail, now), now);
    return new Refused<>(reason, detail, id);
  }

  void granted(
      Transaction tx,
      AttestationRequest request,
      Affirming affirming,
      Evidence evidence,
      Instant now)
      throws SQLException {
    String waivers = affirming.waivers().isEmpty() ? "" : "; waived: " + affirming.waivers();
    Appraisal appraisal = affirming.appraisal();
    String detail =
        "statement %s; key: %s %s, signing: %s%s%s"
            .formatted(
                evidence.statement().payloadDigest(),
                appraisal.key().wireName(),
                request.requestKey().thumbprint(),
                appraisal.signing().wireName(),
                evidence.lease().map(l -> " " + l.key().thumbprint()).orElse(""),
                waivers);
    log.record(tx, decision(request, evidence.known(), Decision.OK, detail, now), now);
  }

  /** The floor of the agent is now that of the build that was accepted. */
  void floorFollowed(Transaction tx, AgentId agent, Evidence evidence, long before, Instant now)
      throws SQLException {
    String detail = before + " to " + evidence.statement().securityVersion() + ", accepted";
    log.record(
        tx,
        Decision.act("floor", Actor.VERIFIER, evidence.known().key().host(), agent, detail),
        now);
  }

  private static Decision decision(
      AttestationRequest request, Known sender, String outcome, String detail, Instant now) {
    return new Decision(
        act(request),
        Actor.host(sender.key().host()),
        request.agent(),
        sender.key().host(),
        request.launch(),
        outcome,
        detail,
        new Heard(now, sender.heard().lastGood()));
  }

  private static boolean isRegistered(Known sender) {
    return sender.registered() != null
        && sender.registered().registration().hosts().contains(sender.key().host());
  }

  private static String act(AttestationRequest request) {
    return request.purpose() == Purpose.ATTEST ? "attest" : "release";
  }
}
