// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Digest;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.verifier.appraisal.Affirming;
import dev.signet.verifier.verification.LeasedKey;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.registry.AgentStatuses;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Makes identity tokens from affirming appraisals, and from nothing else. */
public final class TokenIssuer {
  private static final int JTI_BYTES = 16;
  private static final int SIGNATURE_BYTES = 64;

  private final String issuer;
  private final Duration life;
  private final KeyStore keys;
  private final SecureRandom random;

  public TokenIssuer(String issuer, Duration life, KeyStore keys, SecureRandom random) {
    this.issuer = issuer;
    this.life = life;
    this.keys = keys;
    this.random = random;
  }

  /** After its life, or earlier with the statement or the lease that it rests on. */
  Instant expires(Evidence evidence, Instant now) {
    Instant end = now.plus(life);
    end = earlier(end, evidence.statement().statement().predicate().validity().notAfter());
    if (evidence.lease().isPresent()) {
      end = earlier(end, evidence.lease().get().notAfter());
    }
    return end.truncatedTo(ChronoUnit.SECONDS);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  AttestationResult issue(Affirming affirming, Evidence evidence, Instant now) {
    long iat = now.getEpochSecond();
    // A statement that ends within this second would make a token without any life.
    long exp = Math.max(iat + 1, expires(evidence, now).getEpochSecond());
    byte[] jti = new byte[JTI_BYTES];
    random.nextBytes(jti);
    Instant notAfter = Instant.ofEpochSecond(exp);
    Instant renewAfter = Instant.ofEpochSecond(iat + (exp - iat) / 2);
    return new AttestationResult(
        keys.token(now)
            .jws(IdentityClaims.TYP, StrictJson.encode(claims(affirming, evidence, iat, exp, jti))),
        notAfter,
        renewAfter,
        affirming.appraisal(),
        now);
  }

  /** What is remembered of the issue, for those who ask how the agent stands. */
  AgentStatuses.Accepted status(Affirming affirming, Evidence evidence, Instant now) {
    Instant until = expires(evidence, now);
    List<Digest> measurements = new ArrayList<>(affirming.measurements());
    measurements.add(evidence.statement().payloadDigest());
    return new AgentStatuses.Accepted(
        affirming.claim().agent(),
        affirming.claim().host(),
        affirming.claim().launch(),
        now.plus(Duration.between(now, until).dividedBy(2)),
        until,
        affirming.claim().requestKey().thumbprint(),
        measurements,
        affirming.appraisal());
  }

  /** Characters of the token that {@link #issue} would make. */
  int size(Affirming affirming, Evidence evidence, Instant now) {
    long iat = now.getEpochSecond();
    byte[] claims =
        StrictJson.encode(claims(affirming, evidence, iat, iat + 1, new byte[JTI_BYTES]));
    String input =
        CompactJws.signingInput(IdentityClaims.TYP, keys.token(now).publicJwk().kid(), claims);
    return CompactJws.assemble(input, new byte[SIGNATURE_BYTES]).length();
  }

  private IdentityClaims claims(
      Affirming affirming, Evidence evidence, long iat, long exp, byte[] jti) {
    PublicJwk signing = evidence.lease().map(LeasedKey::key).orElse(affirming.claim().requestKey());
    PublicJwk confirmed = PublicJwk.of(signing.x(), signing.y());
    return new IdentityClaims(
        issuer,
        affirming.claim().agent(),
        iat,
        exp,
        Bytes.of(jti).toBase64Url(),
        new IdentityClaims.Confirmation(confirmed),
        new IdentityClaims.Attested(
            affirming.claim().launch(),
            affirming.claim().host(),
            evidence.known().key().tpm(),
            evidence.statement().payloadDigest(),
            affirming.measurements(),
            affirming.appraisal()));
  }
}
