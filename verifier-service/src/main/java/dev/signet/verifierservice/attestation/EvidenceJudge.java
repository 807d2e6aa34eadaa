// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.VerifiedStatement;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.AppraisalResult;
import dev.signet.verifier.appraisal.Appraiser;
import dev.signet.verifier.appraisal.Claim;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.appraisal.ProvedLogs;
import dev.signet.verifier.appraisal.ReferenceValues;
import dev.signet.verifier.appraisal.Registration;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.Freshness;
import dev.signet.verifier.verification.LeasedKey;
import dev.signet.verifier.verification.ProvenKey;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.RegisterVerifier;
import dev.signet.verifier.verification.ResidentKey;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import dev.signet.verifier.verification.VerifiedRegister;
import dev.signet.verifierservice.attestation.Judgement.Granted;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.registry.AgentRegistration;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.Challenges;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.security.Provider;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The checks of evidence: docs/protocol.md, "A launch", steps 3 and 4. Stores nothing of it. */
final class EvidenceJudge {
  private final AttestationService.Terms terms;
  private final Provider provider;
  private final QuoteVerifier quotes;
  private final RegisterVerifier registers;
  private final KnownStatements statements;
  private final ImaLogs ima;
  private final Database database;
  private final Attempts attempts;

  /**
   * @param provider checks signatures
   * @param sigstore whose keyless signatures on statements are believed; null if none are
   */
  EvidenceJudge(
      AttestationService.Terms terms,
      Provider provider,
      TrustedRoot sigstore,
      Database database,
      Attempts attempts) {
    this.terms = terms;
    this.provider = provider;
    this.quotes = new QuoteVerifier(provider);
    this.registers = new RegisterVerifier(provider);
    this.statements = new KnownStatements(sigstore);
    this.ima = new ImaLogs(database);
    this.database = database;
    this.attempts = attempts;
  }

  /** Good evidence, and what it shows. */
  record Judged(Affirming affirming, Evidence evidence) {}

  /** Looks at everything, in the order of docs/protocol.md; only the nonce is used up by it. */
  Judgement<Judged> judge(AttestationRequest request, Instant now) throws IOException {
    Optional<Known> known = database.write(tx -> take(tx, request, now));
    if (known.isEmpty()) {
      return new Refused<>(Refusal.WRONG_NONCE, "AK " + request.akName().toHex(), null);
    }
    Known sender = known.get();
    // First of all: whoever does not have the host's key learns nothing of what is registered, and
    // nothing costly is done for him.
    VerifiedQuote quote;
    switch (verify(request, sender)) {
      case Verification.Refused<VerifiedQuote>(Refusal reason, String detail) -> {
        return attempts.unproven(request, sender, reason, detail, now);
      }
      case Verification.Authentic<VerifiedQuote>(VerifiedQuote authentic) -> quote = authentic;
    }
    if (Freshness.compare(sender.atChallenge(), quote.clockInfo())
        instanceof Verification.Refused<Freshness>(Refusal reason, String detail)) {
      return attempts.refused(request, sender, reason, detail, now);
    }
    if (request.keyProtection() == KeyProtection.RESIDENT
        && ResidentKey.verify(
                request.requestKey(), request.certification(), quote, input(request), provider)
            instanceof Verification.Refused<ResidentKey>(Refusal reason, String detail)) {
      return attempts.refused(request, sender, reason, detail, now);
    }
    if (sender.registered() == null) {
      return attempts.refused(request, sender, Refusal.NOT_REGISTERED, "no such agent", now);
    }
    AgentRegistration registered = sender.registered().registration();
    if (!registered.hosts().contains(sender.key().host())) {
      return attempts.refused(request, sender, Refusal.NOT_REGISTERED, "not for this host", now);
    }
    VerifiedStatement statement;
    switch (statements.verify(request.statement(), registered, now)) {
      case StatementVerification.Refused(Refusal reason, String detail) -> {
        return attempts.refused(request, sender, reason, detail, now);
      }
      case StatementVerification.Verified(VerifiedStatement verified) -> statement = verified;
    }
    Optional<ImaReplay> imaLog;
    Registration registration;
    switch (ima.look(request, registered, quote)) {
      case ImaLogs.Look.Refused(List<Finding> findings) -> {
        return attempts.refused(request, sender, findings, now);
      }
      case ImaLogs.Look.Continues(ImaPosition reached) -> {
        String detail = "read to entry %d, byte %d".formatted(reached.entries(), reached.bytes());
        return attempts.refused(request, sender, Refusal.IMA_LOG_CONTINUES, detail, now);
      }
      case ImaLogs.Look.Ready(Optional<ImaAppraiser> policy, Optional<ImaReplay> log) -> {
        imaLog = log;
        registration =
            registered.appraised(
                request.agent(), sender.registered().floor().securityVersion(), policy);
      }
    }
    Verification<VerifiedLaunchLog> evidence = replay(request, quote, registration);
    switch (evidence) {
      case Verification.Refused<VerifiedLaunchLog>(Refusal reason, String detail) -> {
        return attempts.refused(request, sender, reason, detail, now);
      }
      case Verification.Authentic<VerifiedLaunchLog>(VerifiedLaunchLog proved) -> {
        ProvedLogs logs;
        switch (HostLogKeeping.prove(database, request, quote, registration.boot())) {
          case Verification.Refused<ProvedLogs>(Refusal reason, String detail) -> {
            return attempts.refused(request, sender, reason, detail, now);
          }
          case Verification.Authentic<ProvedLogs>(ProvedLogs authentic) ->
              logs = authentic.with(imaLog);
        }
        ReferenceValues reference =
            new ReferenceValues(
                statement.statement(), statement.payloadDigest(), statement.signer());
        Claim claim = Claim.of(sender.key().host(), request);
        return switch (Appraiser.appraise(proved, logs, reference, registration, claim, now)) {
          case AppraisalResult.Contraindicated(List<Finding> findings) ->
              attempts.refused(request, sender, findings, now);
          case Affirming affirming ->
              conclude(
                  request,
                  affirming,
                  new Evidence(
                      sender,
                      statement,
                      logs,
                      AgentRegistration.ACCEPTED.equals(registered.raiseFloor()),
                      Optional.empty()),
                  now);
        };
      }
    }
  }

  /** The register is a PCR, or the NV index that was certified beside the quote. */
  private Verification<VerifiedLaunchLog> replay(
      AttestationRequest request, VerifiedQuote quote, Registration registration) {
    if (request.quote().register() == null) {
      return VerifiedLaunchLog.replay(
          request.log(), quote, terms.registerPcr(), registration.baseline());
    }
    byte[] input = EvidenceInput.forAttestation(request, terms.issuer());
    return switch (registers.verify(
        request.quote().register(), quote, input, terms.registerPcr())) {
      case Verification.Refused<VerifiedRegister>(Refusal reason, String detail) ->
          new Verification.Refused<>(reason, detail);
      case Verification.Authentic<VerifiedRegister>(VerifiedRegister register) ->
          VerifiedLaunchLog.replay(request.log(), register);
    };
  }

  /** Uses the nonce up, before anything costly; whoever has none learns nothing else. */
  private Optional<Known> take(Transaction tx, AttestationRequest request, Instant now)
      throws SQLException {
    Optional<ClockInfo> challenge =
        Challenges.take(
            tx, request.nonce(), request.purpose(), request.akName(), request.agent(), now);
    Optional<AttestationKeys.Live> key = AttestationKeys.find(tx, request.akName());
    if (challenge.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Known(
            key.get(),
            challenge.get(),
            Registrations.row(tx, request.agent()).orElse(null),
            AgentStatuses.heard(tx, request.agent(), key.get().host())));
  }

  private Verification<VerifiedQuote> verify(AttestationRequest request, Known sender) {
    AttestationKey key;
    switch (AttestationKey.check(sender.key().akPublic(), sender.key().parentPublic())) {
      case Verification.Refused<AttestationKey>(Refusal reason, String detail) -> {
        return new Verification.Refused<>(reason, detail);
      }
      case Verification.Authentic<AttestationKey>(AttestationKey authentic) -> key = authentic;
    }
    return quotes.verify(request.quote(), key, input(request), PcrSelection.of(terms.pcrs()));
  }

  private byte[] input(AttestationRequest request) {
    return EvidenceInput.forAttestation(request, terms.issuer());
  }

  private Judgement<Judged> conclude(
      AttestationRequest request, Affirming affirming, Evidence evidence, Instant now)
      throws IOException {
    return switch (possessed(request, affirming, evidence, now)) {
      case Verification.Refused<Evidence>(Refusal reason, String detail) ->
          attempts.refused(request, evidence.known(), reason, detail, now);
      case Verification.Authentic<Evidence>(Evidence complete) ->
          new Granted<>(new Judged(affirming, complete));
    };
  }

  /** Whoever is to get a token shows that the keys are there which it speaks of. */
  private Verification<Evidence> possessed(
      AttestationRequest request, Affirming affirming, Evidence evidence, Instant now) {
    if (request.purpose() != Purpose.ATTEST) {
      return new Verification.Authentic<>(evidence);
    }
    byte[] input = input(request);
    VerifiedQuote quote = affirming.log().quote();
    ProvenKey proven;
    switch (ProvenKey.verify(
        request.requestKey(), quote, input, request.proofOfPossession(), provider)) {
      case Verification.Refused<ProvenKey>(Refusal reason, String detail) -> {
        return new Verification.Refused<>(reason, detail);
      }
      case Verification.Authentic<ProvenKey>(ProvenKey key) -> proven = key;
    }
    if (request.lease() == null) {
      return new Verification.Authentic<>(evidence);
    }
    return switch (LeasedKey.verify(proven, request.lease(), input, now, provider)) {
      case Verification.Refused<LeasedKey>(Refusal reason, String detail) ->
          new Verification.Refused<>(reason, detail);
      case Verification.Authentic<LeasedKey>(LeasedKey leased) ->
          new Verification.Authentic<>(evidence.with(leased));
    };
  }
}
