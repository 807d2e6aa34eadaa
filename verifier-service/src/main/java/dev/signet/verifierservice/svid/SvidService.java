// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidKeyInput;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.SvidResult;
import dev.signet.protocol.TokenRequest;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.verifierservice.attestation.Judgement;
import dev.signet.verifierservice.attestation.Judgement.Granted;
import dev.signet.verifierservice.attestation.Judgement.Refused;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyRing;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.keys.SigningKey;
import dev.signet.verifierservice.registry.AgentRegistration.Svids;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.requests.AgentCalls.Caller;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Issues SVIDs and tokens to attested agents: to nobody whose evidence was not accepted minutes
 * before, and nothing that the agent's registration does not name.
 */
public final class SvidService {
  private static final int JTI_BYTES = 16;
  private static final int SERIAL_BITS = 127;

  private final Terms terms;
  private final KeyStore keys;
  private final SignatureProviders providers;
  private final Database database;
  private final DecisionLog log;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param issuer the verifier's id
   * @param trustDomain null where no SVIDs are issued
   * @param tokenLife of identity tokens
   */
  public record Terms(String issuer, String trustDomain, Duration tokenLife) {}

  public SvidService(
      Terms terms,
      KeyStore keys,
      SignatureProviders providers,
      Database database,
      DecisionLog log,
      InstantSource clock,
      SecureRandom random) {
    this.terms = terms;
    this.keys = keys;
    this.providers = providers;
    this.database = database;
    this.log = log;
    this.clock = clock;
    this.random = random;
  }

  /** {@code POST /v1/svids}. */
  Judgement<SvidResult> svid(Caller.Agent caller, SvidRequest request) throws IOException {
    if (request.x509() != null) {
      return x509(caller, request.x509());
    }
    return request.jwt() != null ? jwt(caller, request.jwt()) : wit(caller, request.wit());
  }

  /** {@code POST /v1/tokens}. */
  Judgement<TokenRequest.Result> token(Caller.Agent caller, TokenRequest request)
      throws IOException {
    Instant now = clock.instant();
    String jti = jti();
    return issue(
        caller,
        "issue-token",
        svids -> svids.permitsToken(request.audience()),
        svids ->
            SvidLife.ofToken(
                request.seconds(), Limits.FEDERATION_TOKEN_LIFE, svids.tokenLife(), now),
        "audience " + request.audience() + ", jti " + jti,
        now,
        issue ->
            new TokenRequest.Result(
                jwt(caller.claims(), request.audience(), jti, now, issue.end()),
                issue.end(),
                SvidLife.renewal(now, issue.end()),
                issue.decision(),
                now.truncatedTo(ChronoUnit.SECONDS)));
  }

  private Judgement<SvidResult> x509(Caller.Agent caller, SvidRequest.X509 request)
      throws IOException {
    Instant now = clock.instant();
    byte[] input = SvidKeyInput.forX509(caller.token(), request.key());
    if (!possessed(request.key(), input, request.proof())) {
      return refusedProof(caller, "issue-x509", now);
    }
    if (terms.trustDomain() == null) {
      return refusedWithoutDomain(caller, "issue-x509", now);
    }
    KeyRing ring = ring(KeyPurpose.X509);
    Generation root = ring.signing(now);
    Instant rootEnds = X509Svids.rootEnds(root);
    BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    return issue(
        caller,
        "issue-x509",
        Svids::permitsX509,
        svids ->
            SvidLife.earlier(
                svidEnd(
                    request.seconds(),
                    Limits.SVID_LIFE,
                    Limits.SVID_LIFE_MAX,
                    caller.claims(),
                    now),
                rootEnds),
        "serial " + serial.toString(16) + ", key " + request.key().thumbprint(),
        now,
        issue -> {
          Bytes leaf =
              X509Svids.leaf(root, caller.claims().sub(), request.key(), serial, now, issue.end());
          SvidResult.X509 svid =
              new SvidResult.X509(
                  caller.claims().sub(),
                  List.of(leaf),
                  ring.published(now).stream().map(Generation::certificate).toList(),
                  issue.end(),
                  SvidLife.renewal(now, issue.end()));
          return new SvidResult(
              svid, null, null, issue.decision(), now.truncatedTo(ChronoUnit.SECONDS));
        });
  }

  private Judgement<SvidResult> jwt(Caller.Agent caller, SvidRequest.Jwt request)
      throws IOException {
    Instant now = clock.instant();
    String jti = jti();
    return issue(
        caller,
        "issue-jwt",
        svids -> svids.permitsJwt(request.audience()),
        svids ->
            svidEnd(
                request.seconds(),
                Limits.JWT_SVID_LIFE,
                Limits.JWT_SVID_LIFE_MAX,
                caller.claims(),
                now),
        "audience " + request.audience() + ", jti " + jti,
        now,
        issue -> {
          String jwt = jwt(caller.claims(), request.audience(), jti, now, issue.end());
          return new SvidResult(
              null,
              token(caller, jwt, now, issue),
              null,
              issue.decision(),
              now.truncatedTo(ChronoUnit.SECONDS));
        });
  }

  private Judgement<SvidResult> wit(Caller.Agent caller, SvidRequest.Wit request)
      throws IOException {
    Instant now = clock.instant();
    byte[] input = SvidKeyInput.forWit(caller.token(), request.key());
    if (!possessed(request.key(), input, request.proof())) {
      return refusedProof(caller, "issue-wit", now);
    }
    String jti = jti();
    return issue(
        caller,
        "issue-wit",
        Svids::permitsWit,
        svids ->
            svidEnd(
                request.seconds(), Limits.SVID_LIFE, Limits.SVID_LIFE_MAX, caller.claims(), now),
        "key " + request.key().thumbprint() + ", jti " + jti,
        now,
        issue ->
            new SvidResult(
                null,
                null,
                token(caller, wit(caller, request.key(), jti, now, issue.end()), now, issue),
                issue.decision(),
                now.truncatedTo(ChronoUnit.SECONDS)));
  }

  private String wit(Caller.Agent caller, PublicJwk key, String jti, Instant now, Instant end) {
    // WIT-SVID, section 3.7: no issuer that could be taken for one of OpenID Connect.
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", caller.claims().sub());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", end.getEpochSecond());
    claims.put("jti", jti);
    claims.put("cnf", Map.of("jwk", PublicJwk.of(key.x(), key.y())));
    SigningKey signing = ring(KeyPurpose.WIT).signing(now).key();
    return signing.jws(IdentityClaims.TYP, StrictJson.encode(claims));
  }

  /**
   * What was decided.
   *
   * @param end of what is issued
   */
  private record Issue(Instant end, String decision) {}

  /** When it ends, by what the registration permits. */
  @FunctionalInterface
  private interface Ending {
    Instant end(Svids permitted);
  }

  /** Makes what was decided, once that is durable. */
  @FunctionalInterface
  private interface Making<T> {
    T make(Issue issue) throws IOException;
  }

  private <T> Judgement<T> issue(
      Caller.Agent caller,
      String act,
      Predicate<Svids> asked,
      Ending ending,
      String what,
      Instant now,
      Making<T> making)
      throws IOException {
    if (terms.trustDomain() == null) {
      return refusedWithoutDomain(caller, act, now);
    }
    Judgement<Issue> judged =
        database.write(
            tx -> {
              IssueCheck.Outcome outcome =
                  IssueCheck.outcome(tx, caller.claims(), terms.trustDomain(), asked);
              if (outcome.finding() != null) {
                return refused(tx, caller, act, outcome.finding(), now);
              }
              Instant end = ending.end(outcome.permitted());
              if (!end.isAfter(now)) {
                return refused(
                    tx,
                    caller,
                    act,
                    new IssueCheck.Finding(Refusal.TOKEN_EXPIRED, "it would end at " + end),
                    now);
              }
              Decision decision = decision(tx, caller, act, Decision.OK, what + ", until " + end);
              return new Granted<>(new Issue(end, log.record(tx, decision, now)));
            });
    return switch (judged) {
      case Refused<Issue>(Refusal reason, String detail, String decision) ->
          new Refused<>(reason, detail, decision);
      case Granted<Issue>(Issue issue) -> new Granted<>(making.make(issue));
    };
  }

  private <T> Judgement<T> refusedProof(Caller.Agent caller, String act, Instant now)
      throws IOException {
    IssueCheck.Finding finding =
        new IssueCheck.Finding(
            Refusal.BAD_PROOF_OF_POSSESSION, "the key did not sign for this identity token");
    return database.write(tx -> refused(tx, caller, act, finding, now));
  }

  private <T> Judgement<T> refusedWithoutDomain(Caller.Agent caller, String act, Instant now)
      throws IOException {
    IssueCheck.Finding finding =
        new IssueCheck.Finding(
            Refusal.NOT_PERMITTED, "this verifier is no trust domain: svids is not configured");
    return database.write(tx -> refused(tx, caller, act, finding, now));
  }

  private <T> Refused<T> refused(
      Transaction tx, Caller.Agent caller, String act, IssueCheck.Finding finding, Instant now)
      throws SQLException {
    String id =
        log.record(tx, decision(tx, caller, act, finding.reason().name(), finding.detail()), now);
    return new Refused<>(finding.reason(), finding.detail(), id);
  }

  private static Decision decision(
      Transaction tx, Caller.Agent caller, String act, String outcome, String detail)
      throws SQLException {
    IdentityClaims claims = caller.claims();
    return new Decision(
        act,
        Actor.agent(claims.sub()),
        claims.sub(),
        claims.signet().host(),
        claims.signet().launch(),
        outcome,
        detail,
        AgentStatuses.heard(tx, claims.sub(), claims.signet().host()));
  }

  private Instant svidEnd(
      Long asked, Duration standard, Duration longest, IdentityClaims claims, Instant now) {
    return SvidLife.ofSvid(asked, standard, longest, claims, terms.tokenLife(), now);
  }

  private SvidResult.Token token(Caller.Agent caller, String token, Instant now, Issue issue) {
    return new SvidResult.Token(
        caller.claims().sub(), token, issue.end(), SvidLife.renewal(now, issue.end()));
  }

  /**
   * @param audience a text or a list of texts
   */
  private String jwt(IdentityClaims claims, Object audience, String jti, Instant now, Instant end) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("iss", terms.issuer());
    out.put("sub", claims.sub());
    out.put("aud", audience);
    out.put("iat", now.getEpochSecond());
    out.put("exp", end.getEpochSecond());
    out.put("jti", jti);
    return ring(KeyPurpose.JWT).signing(now).key().jws("JWT", StrictJson.encode(out));
  }

  private boolean possessed(PublicJwk key, byte[] input, Bytes proof) {
    try {
      return VerificationKey.p256(key.x().toArray(), key.y().toArray(), providers)
          .verify(input, proof.toArray());
    } catch (InvalidKeyException e) {
      return false;
    }
  }

  private KeyRing ring(KeyPurpose purpose) {
    return keys.ring(purpose)
        .orElseThrow(() -> new IllegalStateException("no " + purpose.wireName() + " keys"));
  }

  private String jti() {
    byte[] jti = new byte[JTI_BYTES];
    random.nextBytes(jti);
    return Bytes.of(jti).toBase64Url();
  }
}
