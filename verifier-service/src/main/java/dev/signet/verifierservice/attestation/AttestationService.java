// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StateApproval;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.appraisal.StateApprover;
import dev.signet.verifierservice.attestation.EvidenceJudge.Judged;
import dev.signet.verifierservice.attestation.Judgement.Granted;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.BootSequences;
import dev.signet.verifierservice.registry.Challenges;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.security.Provider;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Challenges and attestations: docs/protocol.md, "A launch", steps 3 and 4. */
public final class AttestationService {
  private final Terms terms;
  private final EvidenceJudge judge;
  private final Acceptance acceptance;
  private final StateApprover approver;
  private final TokenIssuer tokens;
  private final Database database;
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
    Attempts attempts = new Attempts(database, log);
    this.judge = new EvidenceJudge(terms, provider, sigstore, database, attempts);
    this.acceptance = new Acceptance(terms.vigilance(), tokens, database, attempts);
    this.approver = approver;
    this.tokens = tokens;
    this.database = database;
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

  private <T> Judgement<T> judge(AttestationRequest request, Answering<T> answering)
      throws IOException {
    Instant now = clock.instant();
    return switch (judge.judge(request, now)) {
      case Refused<Judged>(Refusal reason, String detail, String decision) ->
          new Refused<>(reason, detail, decision);
      case Granted<Judged>(Judged(Affirming affirming, Evidence evidence)) -> {
        Optional<Refused<T>> late = acceptance.accept(request, affirming, evidence, now);
        yield late.isPresent()
            ? late.get()
            : new Granted<>(answering.answer(affirming, evidence, now));
      }
    };
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
