// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.appraisal.FirmwareFloors;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.EkCertificateVerifier;
import dev.signet.verifier.verification.EndorsementKey;
import dev.signet.verifier.verification.MakeCredential;
import dev.signet.verifier.verification.PlatformCertificate;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedQuote;
import dev.signet.verifierservice.attestation.Judgement.Granted;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.EndorsementKeys;
import dev.signet.verifierservice.registry.Enrolments;
import dev.signet.verifierservice.registry.Enrolments.Enrolment;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.registry.HostAlarms.Kind;
import dev.signet.verifierservice.registry.Hosts;
import dev.signet.verifierservice.registry.JoinTokens;
import dev.signet.verifierservice.registry.Platforms;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Enrolment of hosts: docs/protocol.md, "Enrolment of a host", in that order. */
public final class EnrollmentService {
  private static final int ID_BYTES = 16;
  private static final int SECRET_BYTES = 32;

  private final String issuer;
  private final List<Integer> pcrs;
  private final int pendingBound;
  private final boolean requireBoundTokens;
  private final FirmwareFloors floors;
  private final EkCertificateVerifier makers;
  private final PlatformPolicy platforms;
  private final QuoteVerifier quotes;
  private final PublicJwk approvalKey;
  private final Database database;
  private final DecisionLog log;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param pcrs what an enrolment's quote covers
   * @param pendingBound most entries of hosts that nobody admitted
   * @param requireBoundTokens join tokens that say no TPM admit nobody
   * @param floors of makers' firmware
   * @param platforms what machines must show of themselves
   */
  public EnrollmentService(
      String issuer,
      List<Integer> pcrs,
      int pendingBound,
      boolean requireBoundTokens,
      FirmwareFloors floors,
      EkCertificateVerifier makers,
      PlatformPolicy platforms,
      QuoteVerifier quotes,
      PublicJwk approvalKey,
      Database database,
      DecisionLog log,
      InstantSource clock,
      SecureRandom random) {
    this.issuer = issuer;
    this.pcrs = List.copyOf(pcrs);
    this.pendingBound = pendingBound;
    this.requireBoundTokens = requireBoundTokens;
    this.floors = floors;
    this.makers = makers;
    this.platforms = platforms;
    this.quotes = quotes;
    this.approvalKey = approvalKey;
    this.database = database;
    this.log = log;
    this.clock = clock;
    this.random = random;
  }

  /** {@code POST /v1/enrollments}. Nobody is authenticated here, so nothing is audited. */
  public Judgement<EnrollmentChallenge> begin(EnrollmentRequest request) throws IOException {
    Instant now = clock.instant();
    EndorsementKey ek;
    switch (makers.verify(request.ekCertificate(), now)) {
      case Verification.Refused<EndorsementKey>(Refusal reason, String detail) -> {
        return new Refused<>(reason, detail, null);
      }
      case Verification.Authentic<EndorsementKey>(EndorsementKey authentic) -> ek = authentic;
    }
    Optional<PlatformCertificate> platform;
    switch (platforms.check(request.platformCertificate(), ek, now)) {
      case Verification.Refused<Optional<PlatformCertificate>>(Refusal reason, String detail) -> {
        return new Refused<>(reason, detail, null);
      }
      case Verification.Authentic<Optional<PlatformCertificate>>(var good) -> platform = good;
    }
    Verification<AttestationKey> ak =
        AttestationKey.check(request.akPublic(), request.akParentPublic());
    byte[] secret = randomBytes(SECRET_BYTES);
    Bytes nonce = Bytes.of(randomBytes(Limits.NONCE_BYTES));
    String id = Bytes.of(randomBytes(ID_BYTES)).toBase64Url();
    Instant expires = now.plus(Limits.ENROLLMENT_LIFE);
    Digest secretHash = Digest.hash(secret);
    try {
      Judgement<AttestationKey> admitted =
          database.write(
              tx -> {
                Ticket ticket = new Ticket(id, secretHash, nonce, platform, expires);
                return admit(tx, request, ek, ak, ticket, now);
              });
      return switch (admitted) {
        case Refused<AttestationKey>(Refusal reason, String detail, String decision) ->
            new Refused<>(reason, detail, decision);
        case Granted<AttestationKey>(AttestationKey key) -> {
          MakeCredential.Credential credential = MakeCredential.make(ek, key, secret, random);
          yield new Granted<>(
              new EnrollmentChallenge(
                  id,
                  issuer,
                  credential.credentialBlob(),
                  credential.encryptedSecret(),
                  nonce,
                  pcrs,
                  expires,
                  now));
        }
      };
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private record Ticket(
      String id,
      Digest secretHash,
      Bytes nonce,
      Optional<PlatformCertificate> platform,
      Instant expires) {}

  private Judgement<AttestationKey> admit(
      Transaction tx,
      EnrollmentRequest request,
      EndorsementKey ek,
      Verification<AttestationKey> ak,
      Ticket ticket,
      Instant now)
      throws SQLException {
    Digest tpm = ek.certificate();
    if (Revocations.findHost(tx, request.host(), tpm).isPresent()) {
      // Whoever shows a revoked certificate shows which key must not come back under another.
      EndorsementKeys.note(tx, tpm, ek.publicKey(), ek.tpm());
      return new Refused<>(Refusal.REVOKED, "the host or its TPM is revoked", null);
    }
    if (EndorsementKeys.isRevoked(tx, ek.publicKey())) {
      return new Refused<>(
          Refusal.REVOKED, ek + " has the key of a TPM or host that is revoked", null);
    }
    Optional<Hosts.Admitted> byHost = Hosts.find(tx, request.host());
    Optional<Hosts.Admitted> byTpm = Hosts.withTpm(tx, tpm);
    boolean admitted = byHost.isPresent() && byHost.equals(byTpm);
    boolean another =
        byHost.isPresent() || byTpm.isPresent() || EndorsementKeys.isAdmitted(tx, ek.publicKey());
    Optional<JoinTokens.Found> token =
        request.joinToken() == null || another
            ? Optional.empty()
            : JoinTokens.find(tx, request.joinToken(), request.host(), tpm, now);
    if (token.isPresent() && requireBoundTokens && !token.get().bound()) {
      return new Refused<>(
          Refusal.NOT_ADMITTED,
          "the join token says no TPM, and requireBoundTokens is set: make one with --tpm "
              + tpm
              + " for "
              + request.host(),
          null);
    }
    if (!admitted && token.isEmpty()) {
      Hosts.notePending(tx, request.host(), tpm, pendingBound, now);
      if (byHost.isPresent()) {
        HostAlarms.raise(tx, request.host(), Kind.ANOTHER_TPM, ek.toString(), now);
      }
      if (byTpm.isPresent()) {
        String asked = "asked to be " + request.host();
        HostAlarms.raise(tx, byTpm.get().host(), Kind.ANOTHER_NAME, asked, now);
      }
      return new Refused<>(
          Refusal.NOT_ADMITTED, ek + " asks to be " + request.host() + "; not admitted", null);
    }
    EndorsementKeys.note(tx, tpm, ek.publicKey(), ek.tpm());
    if (AttestationKeys.existsFor(tx, request.host(), tpm)
        || EndorsementKeys.hasAttestationKey(tx, ek.publicKey())) {
      return new Refused<>(Refusal.AK_EXISTS, request.host() + " has a live key", null);
    }
    return switch (ak) {
      case Verification.Refused<AttestationKey>(Refusal reason, String detail) ->
          new Refused<>(reason, detail, null);
      case Verification.Authentic<AttestationKey>(AttestationKey key) -> {
        if (token.isPresent()) {
          JoinTokens.remove(tx, request.joinToken());
        }
        if (ticket.platform().isPresent()) {
          Platforms.note(tx, ticket.platform().get());
        }
        Enrolments.add(
            tx,
            new Enrolment(
                ticket.id(),
                request.host(),
                tpm,
                key.name(),
                request.akPublic(),
                request.akParentPublic(),
                ticket.secretHash(),
                ticket.nonce(),
                token.map(JoinTokens.Found::createdBy).orElse(null),
                ticket.platform().map(PlatformCertificate::digest).orElse(null),
                ticket.expires()));
        yield new Granted<>(key);
      }
    };
  }

  /** {@code POST /v1/enrollments/{id}/activation}: one attempt, whatever comes of it. */
  public Judgement<EnrollmentResult> activate(String id, ActivationRequest request)
      throws IOException {
    Instant now = clock.instant();
    Optional<Enrolment> taken = database.write(tx -> Enrolments.take(tx, id, now));
    if (taken.isEmpty()) {
      return new Refused<>(Refusal.NOT_FOUND, "no open enrolment with this id", null);
    }
    Enrolment enrolment = taken.get();
    if (!Digest.hash(request.secret().toArray()).equals(enrolment.secretHash())) {
      return refuseUnproven(
          enrolment, Refusal.ACTIVATION_FAILED, "another secret was returned", now);
    }
    AttestationKey key;
    switch (AttestationKey.check(enrolment.akPublic(), enrolment.parentPublic())) {
      case Verification.Refused<AttestationKey>(Refusal reason, String detail) -> {
        return refuseUnproven(enrolment, reason, detail, now);
      }
      case Verification.Authentic<AttestationKey>(AttestationKey authentic) -> key = authentic;
    }
    byte[] input =
        EvidenceInput.forEnrollment(
            enrolment.nonce(),
            issuer,
            enrolment.akName(),
            enrolment.akPublic(),
            enrolment.parentPublic());
    return switch (quotes.verify(request.quote(), key, input, PcrSelection.of(pcrs))) {
      case Verification.Refused<VerifiedQuote>(Refusal reason, String detail) ->
          refuseUnproven(enrolment, reason, detail, now);
      case Verification.Authentic<VerifiedQuote>(VerifiedQuote quote) ->
          database.write(tx -> enrol(tx, enrolment, quote, now));
    };
  }

  private Judgement<EnrollmentResult> enrol(
      Transaction tx, Enrolment e, VerifiedQuote quote, Instant now) throws SQLException {
    ClockInfo counters = quote.clockInfo();
    Optional<Finding> firmware =
        floors.finding(EndorsementKeys.manufacturer(tx, e.tpm()), quote.firmwareVersion());
    if (firmware.isPresent()) {
      return refuse(tx, e, firmware.get().reason(), firmware.get().detail(), now);
    }
    if (Revocations.findHost(tx, e.host(), e.tpm()).isPresent()) {
      return refuse(tx, e, Refusal.REVOKED, "the host or its TPM is revoked", now);
    }
    // All that was looked at when it began may have changed since, under another certificate too.
    Digest ek =
        EndorsementKeys.ofCertificate(tx, e.tpm())
            .orElseThrow(() -> new IllegalStateException("expected the key of " + e.tpm()));
    if (EndorsementKeys.isRevoked(tx, ek)) {
      return refuse(tx, e, Refusal.REVOKED, "the key is of a TPM or host that is revoked", now);
    }
    if (EndorsementKeys.hasAttestationKey(tx, ek)) {
      return refuse(tx, e, Refusal.AK_EXISTS, "another enrolment was faster", now);
    }
    if (e.admittedBy() != null && EndorsementKeys.isAdmitted(tx, ek)) {
      return refuse(tx, e, Refusal.NOT_ADMITTED, "the TPM was admitted meanwhile", now);
    }
    boolean admitted =
        e.admittedBy() == null
            ? Hosts.find(tx, e.host()).filter(h -> h.tpm().equals(e.tpm())).isPresent()
            : Hosts.admit(tx, e.host(), e.tpm(), "join token of " + e.admittedBy(), now);
    if (!admitted) {
      return refuse(tx, e, Refusal.NOT_ADMITTED, "the admission was taken back", now);
    }
    boolean added =
        AttestationKeys.add(
            tx,
            new AttestationKeys.Live(
                e.akName(),
                e.host(),
                e.tpm(),
                e.akPublic(),
                e.parentPublic(),
                now,
                counters.resetCount(),
                counters.restartCount(),
                counters.clock(),
                now));
    if (!added) {
      return refuse(tx, e, Refusal.AK_EXISTS, "another enrolment was faster", now);
    }
    EndorsementKeys.enrolled(tx, e.tpm(), e.host());
    Platforms.enrolled(tx, e.host(), e.platform());
    String detail = "AK " + e.akName().toHex() + " on TPM " + e.tpm() + machine(tx, e);
    log.record(tx, decision(e, Decision.OK, detail), now);
    return new Granted<>(new EnrollmentResult(e.host(), issuer, e.akName(), approvalKey, now));
  }

  private static String machine(Transaction tx, Enrolment e) throws SQLException {
    return Platforms.ofHost(tx, e.host())
        .map(
            is ->
                " in %s %s %s, serial number %s (platform certificate %s)"
                    .formatted(
                        is.manufacturer(),
                        is.model(),
                        is.version(),
                        is.serial() == null ? "not given" : is.serial(),
                        is.certificate()))
        .orElse("");
  }

  /** Until secret and quote are good, the host is what somebody says. */
  private Judgement<EnrollmentResult> refuseUnproven(
      Enrolment e, Refusal reason, String detail, Instant now) throws IOException {
    String claim = "claimed host: " + e.host() + "; " + detail;
    Decision decision =
        new Decision("enrol", Actor.UNPROVEN, null, null, null, reason.name(), claim, null);
    return new Refused<>(reason, detail, database.write(tx -> log.record(tx, decision, now)));
  }

  private Judgement<EnrollmentResult> refuse(
      Transaction tx, Enrolment e, Refusal reason, String detail, Instant now) throws SQLException {
    return new Refused<>(reason, detail, log.record(tx, decision(e, reason.name(), detail), now));
  }

  private static Decision decision(Enrolment e, String outcome, String detail) {
    return new Decision("enrol", Actor.host(e.host()), null, e.host(), null, outcome, detail, null);
  }

  private byte[] randomBytes(int size) {
    byte[] out = new byte[size];
    random.nextBytes(out);
    return out;
  }
}
