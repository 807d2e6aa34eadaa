// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.VerifiedStatement;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Limits;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StateApproval;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.AppraisalResult;
import dev.signet.verifier.appraisal.Appraiser;
import dev.signet.verifier.appraisal.Claim;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.appraisal.ProvedLogs;
import dev.signet.verifier.appraisal.ReferenceValues;
import dev.signet.verifier.appraisal.Registration;
import dev.signet.verifier.appraisal.StateApprover;
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
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.registry.AgentKeys;
import dev.signet.verifierservice.registry.AgentRegistration;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.BootSequences;
import dev.signet.verifierservice.registry.Challenges;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.registry.Registrations;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.security.Provider;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Challenges and attestations: docs/protocol.md, "A launch", steps 3 and 4. */
public final class AttestationService {
  private final Terms terms;
  private final Provider provider;
  private final QuoteVerifier quotes;
  private final RegisterVerifier registers;
  private final KnownStatements statements;
  private final ImaLogs ima;
  private final StateApprover approver;
  private final TokenIssuer tokens;
  private final Database database;
  private final Attempts attempts;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * What is asked of every host.
   *
   * @param pcrs in every quote, ascending
   * @param challenges most unused ones of one host
   * @param vigilance what is held against TPMs as such
   */
  public record Terms(
      String issuer, List<Integer> pcrs, int registerPcr, int challenges, Vigilance vigilance) {
    public Terms {
      pcrs = List.copyOf(pcrs);
    }
  }

  /**
   * @param provider checks signatures
   * @param sigstore whose keyless signatures on statements are believed; null if none are
   */
  public AttestationService(
      Terms terms,
      Provider provider,
      TrustedRoot sigstore,
      StateApprover approver,
      TokenIssuer tokens,
      Database database,
      DecisionLog log,
      InstantSource clock,
      SecureRandom random) {
    this.terms = terms;
    this.provider = provider;
    this.quotes = new QuoteVerifier(provider);
    this.registers = new RegisterVerifier(provider);
    this.statements = new KnownStatements(sigstore);
    this.approver = approver;
    this.tokens = tokens;
    this.ima = new ImaLogs(database);
    this.database = database;
    this.attempts = new Attempts(database, log);
    this.clock = clock;
    this.random = random;
  }

  /** {@code POST /v1/challenges}. */
  public Judgement<Challenge> challenge(ChallengeRequest request) throws IOException {
    Instant now = clock.instant();
    byte[] bytes = new byte[Limits.NONCE_BYTES];
    random.nextBytes(bytes);
    Bytes nonce = Bytes.of(bytes);
    Instant expires = now.plus(Limits.CHALLENGE_LIFE);
    Optional<LogRequest> logs =
        database.write(
            tx -> {
              Optional<AttestationKeys.Live> key = AttestationKeys.find(tx, request.akName());
              if (key.isEmpty()) {
                return Optional.empty();
              }
              Challenges.add(
                  tx,
                  nonce,
                  request.purpose(),
                  key.get(),
                  request.agent(),
                  expires,
                  terms.challenges());
              return Optional.of(HostLogKeeping.wanted(tx, key.get(), request));
            });
    if (logs.isEmpty()) {
      return new Refused<>(Refusal.NOT_ADMITTED, "AK " + request.akName().toHex(), null);
    }
    return new Granted<>(
        new Challenge(
            nonce,
            request.purpose(),
            terms.issuer(),
            terms.pcrs(),
            terms.registerPcr(),
            expires,
            now,
            logs.get()));
  }

  /** {@code POST /v1/attestations} with purpose attest. */
  public Judgement<AttestationResult> attest(AttestationRequest request) throws IOException {
    requirePurpose(request, Purpose.ATTEST);
    return judge(request, (affirming, evidence, now) -> tokens.issue(affirming, evidence, now));
  }

  /** {@code POST /v1/attestations} with purpose release. */
  public Judgement<StateApproval.Granted> release(AttestationRequest request) throws IOException {
    requirePurpose(request, Purpose.RELEASE);
    return judge(
        request,
        (affirming, evidence, now) ->
            new StateApproval.Granted(
                approver.approve(affirming, request, terms.issuer()),
                evidence.known().registered().floor()));
  }

  /** Makes the answer once everything is decided and durable. */
  @FunctionalInterface
  private interface Answering<T> {
    T answer(Affirming affirming, Evidence evidence, Instant now);
  }

  /** What the nonce brought to light: who sent the evidence, and what is expected of it. */
  record Known(
      AttestationKeys.Live key, ClockInfo atChallenge, Registrations.Row registered, Heard heard) {}

  /** Evidence that was judged good. */
  record Evidence(
      Known known,
      VerifiedStatement statement,
      ProvedLogs logs,
      boolean raisesFloor,
      Optional<LeasedKey> lease) {
    Evidence with(LeasedKey leased) {
      return new Evidence(known, statement, logs, raisesFloor, Optional.of(leased));
    }
  }

  private <T> Judgement<T> judge(AttestationRequest request, Answering<T> answering)
      throws IOException {
    Instant now = clock.instant();
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
                  answering,
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

  private <T> Judgement<T> conclude(
      AttestationRequest request,
      Affirming affirming,
      Evidence evidence,
      Answering<T> answering,
      Instant now)
      throws IOException {
    return switch (possessed(request, affirming, evidence, now)) {
      case Verification.Refused<Evidence>(Refusal reason, String detail) ->
          attempts.refused(request, evidence.known(), reason, detail, now);
      case Verification.Authentic<Evidence>(Evidence complete) ->
          issue(request, affirming, complete, answering, now);
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

  private <T> Judgement<T> issue(
      AttestationRequest request,
      Affirming affirming,
      Evidence evidence,
      Answering<T> answering,
      Instant now)
      throws IOException {
    Known sender = evidence.known();
    if (request.purpose() == Purpose.ATTEST) {
      int size = tokens.size(affirming, evidence, now);
      if (size > Limits.TOKEN_BYTES) {
        String detail =
            "the token would have %d bytes, the limit is %d: name the agent or the verifier shorter"
                .formatted(size, Limits.TOKEN_BYTES);
        return attempts.refused(request, sender, Refusal.TOO_LARGE, detail, now);
      }
    }
    Optional<Bytes> firmwareLog =
        HostLogKeeping.worthKeeping(request, evidence.logs(), affirming.log());
    Optional<Refused<T>> refusal =
        database.write(
            tx -> {
              Optional<Finding> late =
                  AtIssue.finding(
                      tx, request, affirming, sender, evidence.statement(), terms.vigilance(), now);
              if (late.isPresent()) {
                return Optional.of(
                    attempts.refused(
                        tx, request, sender, late.get().reason(), late.get().detail(), now));
              }
              AttestationKeys.seen(
                  tx, sender.key().akName(), affirming.log().quote().clockInfo(), now);
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
                    Registrations.follow(
                        tx, request.agent(), evidence.statement().securityVersion());
                if (before.isPresent()) {
                  attempts.floorFollowed(tx, request.agent(), evidence, before.get(), now);
                }
              }
              return Optional.empty();
            });
    return refusal.isPresent()
        ? refusal.get()
        : new Granted<>(answering.answer(affirming, evidence, now));
  }

  /** Remembers from where evidence came that was accepted; two places by turns are an alarm. */
  public void notePlace(AttestationRequest request, String address) throws IOException {
    Instant now = clock.instant();
    database.write(
        tx -> {
          Optional<AttestationKeys.Live> key = AttestationKeys.find(tx, request.akName());
          if (key.isPresent()) {
            HostId host = key.get().host();
            Optional<String> two =
                BootSequences.place(
                    tx,
                    request.agent(),
                    host,
                    request.launch(),
                    address,
                    Limits.TOKEN_LIFE_MAX,
                    now);
            if (two.isPresent()) {
              String detail = request.agent() + " is attested from " + two.get();
              HostAlarms.raise(tx, host, HostAlarms.Kind.TWO_PLACES, detail, now);
            }
          }
          return null;
        });
  }

  private static void requirePurpose(AttestationRequest request, Purpose purpose) {
    if (request.purpose() != purpose) {
      throw new IllegalArgumentException(
          "expected purpose " + purpose + ", got " + request.purpose());
    }
  }
}
