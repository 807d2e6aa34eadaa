// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.VerifiedStatement;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.verification.Freshness;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifierservice.registry.AgentKeys;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The last look before something is issued. */
final class AtIssue {
  private AtIssue() {}

  /**
   * What must hold at the moment of issuing. All that an operator can change meanwhile is looked at
   * again here, in the transaction that records the issue.
   */
  static Optional<Finding> finding(
      Transaction tx,
      AttestationRequest request,
      Affirming affirming,
      Known sender,
      VerifiedStatement statement,
      Vigilance vigilance,
      Instant now)
      throws SQLException {
    AttestationKeys.Live key = sender.key();
    Optional<AttestationKeys.Live> live = AttestationKeys.find(tx, key.akName());
    if (live.isEmpty() || !live.get().host().equals(key.host())) {
      return found(Refusal.NOT_ADMITTED, "the host or its key was removed meanwhile");
    }
    ClockInfo last = new ClockInfo(0, live.get().resetCount(), live.get().restartCount(), true);
    if (Freshness.compare(last, affirming.log().quote().clockInfo())
        instanceof Verification.Refused<Freshness>(Refusal reason, String detail)) {
      return found(reason, detail);
    }
    Optional<Finding> elsewhere = vigilance.finding(tx, key, affirming.log(), now);
    if (elsewhere.isPresent()) {
      return elsewhere;
    }
    Optional<Registrations.Row> registered = Registrations.row(tx, request.agent());
    if (registered.filter(row -> row.sameRegistration(sender.registered())).isEmpty()) {
      return found(Refusal.NOT_REGISTERED, "the registration changed meanwhile");
    }
    // Not part of the registration: it follows other hosts' newer builds by itself.
    long floor = registered.get().floor().securityVersion();
    if (statement.securityVersion() < floor) {
      return found(
          Refusal.ROLLED_BACK,
          "security version: expected " + floor + " or more, got " + statement.securityVersion());
    }
    List<Digest> measurements = new ArrayList<>(affirming.measurements());
    measurements.add(statement.payloadDigest());
    Optional<Revocation> revoked = revoked(tx, request, key, measurements);
    if (revoked.isPresent()) {
      return found(
          Refusal.REVOKED, revoked.get().scope() + " " + revoked.get().value() + " is revoked");
    }
    boolean another =
        request.purpose() == Purpose.ATTEST
            ? !AgentKeys.claim(
                    tx, request.requestKey().thumbprint(), request.agent(), key.host(), now)
                || (request.lease() != null && anothers(tx, request, key, request.lease().key()))
            : anothers(tx, request, key, request.requestKey())
                || anothers(tx, request, key, request.releasedKey());
    return another
        ? found(Refusal.CONFLICT, "the request key is another agent's or another host's")
        : Optional.empty();
  }

  /**
   * Of every key that would come out or be vouched for: the launch's, the sealed and the leased.
   */
  private static Optional<Revocation> revoked(
      Transaction tx,
      AttestationRequest request,
      AttestationKeys.Live key,
      List<Digest> measurements)
      throws SQLException {
    Set<String> named = new LinkedHashSet<>();
    named.add(request.requestKey().thumbprint());
    named.add(request.releasedKey().thumbprint());
    if (request.lease() != null) {
      named.add(request.lease().key().thumbprint());
    }
    for (String thumbprint : named) {
      Optional<Revocation> revoked =
          Revocations.find(
              tx,
              new Revocations.Subject(
                  request.agent(),
                  request.launch(),
                  thumbprint,
                  key.host(),
                  key.tpm(),
                  measurements));
      if (revoked.isPresent()) {
        return revoked;
      }
    }
    return Optional.empty();
  }

  private static boolean anothers(
      Transaction tx, AttestationRequest request, AttestationKeys.Live key, PublicJwk named)
      throws SQLException {
    return AgentKeys.belongsToOther(tx, named.thumbprint(), request.agent(), key.host());
  }

  private static Optional<Finding> found(Refusal reason, String detail) {
    return Optional.of(new Finding(reason, detail));
  }
}
