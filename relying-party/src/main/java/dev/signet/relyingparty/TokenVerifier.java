// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Checks identity tokens with one set of trusted keys, each token once: good ones are kept by their
 * very characters. Nothing that a stranger can make up is kept.
 */
final class TokenVerifier {
  private static final int MAX_KEPT = 10_000;

  private final String issuer;
  private final Map<String, VerificationKey> trusted = new HashMap<>();
  private final SignatureProviders providers;
  private final ConcurrentMap<String, VerifiedToken> kept = new ConcurrentHashMap<>();

  /**
   * @throws IllegalArgumentException if one of the keys is not on P-256
   */
  TokenVerifier(String issuer, List<PublicJwk> tokenKeys, SignatureProviders providers) {
    this.issuer = issuer;
    this.providers = providers;
    for (PublicJwk jwk : tokenKeys) {
      trusted.put(jwk.thumbprint(), key(jwk, providers));
    }
  }

  /** True where the same tokens are good under these keys, so that what is kept stays true. */
  boolean trustsExactly(String otherIssuer, List<PublicJwk> tokenKeys) {
    return issuer.equals(otherIssuer)
        && trusted
            .keySet()
            .equals(
                new java.util.HashSet<>(tokenKeys.stream().map(PublicJwk::thumbprint).toList()));
  }

  VerifiedToken verify(String token, long now) throws Refused {
    VerifiedToken verified = kept.get(token);
    if (verified == null) {
      verified = check(token);
      keep(token, verified, now);
    }
    if (now >= verified.expires()) {
      kept.remove(token);
      throw new Refused(
          Refusal.TOKEN_EXPIRED, "token expired at " + verified.expires() + ", now is " + now);
    }
    if (verified.issuedAt() > now + Limits.CLOCK_SKEW.toSeconds()) {
      throw new Refused(
          Refusal.TOKEN_EXPIRED, "token begins at " + verified.issuedAt() + ", now is " + now);
    }
    return verified;
  }

  private VerifiedToken check(String token) throws Refused {
    CompactJws jws;
    try {
      jws = CompactJws.parse(token, IdentityClaims.TYP, Limits.TOKEN_BYTES);
    } catch (MalformedMessageException e) {
      throw new Refused(Refusal.TOKEN_MALFORMED, e.getMessage());
    }
    VerificationKey key = trusted.get(jws.header().kid());
    if (key == null || !key.verify(jws.signingInput(), jws.signature())) {
      throw new Refused(
          Refusal.TOKEN_UNTRUSTED,
          key == null ? "no trusted key has this kid" : "not signed by the key that it names");
    }
    IdentityClaims claims;
    try {
      claims = StrictJson.decode(jws.payload(), IdentityClaims.class, Limits.TOKEN_BYTES);
    } catch (MalformedMessageException e) {
      throw new Refused(Refusal.TOKEN_MALFORMED, e.getMessage());
    }
    if (!claims.iss().equals(issuer)) {
      throw new Refused(
          Refusal.TOKEN_UNTRUSTED, "expected iss " + issuer + ", got " + claims.iss());
    }
    if (claims.exp() - claims.iat() > Limits.TOKEN_LIFE_MAX.toSeconds()) {
      throw new Refused(
          Refusal.TOKEN_UNTRUSTED, "expected a life of at most " + Limits.TOKEN_LIFE_MAX);
    }
    PublicJwk jwk = claims.cnf().jwk();
    return new VerifiedToken(
        new AgentIdentity(
            claims.sub(),
            claims.signet().launch(),
            claims.signet().host(),
            jwk.thumbprint(),
            claims.signet().appraisal(),
            Instant.ofEpochSecond(claims.exp())),
        key(jwk, providers),
        claims.iat(),
        claims.exp(),
        claims.signet().tpm().toString(),
        measurements(claims));
  }

  /** The statement is an artifact too: revoking its digest revokes what was launched by it. */
  private static List<String> measurements(IdentityClaims claims) {
    List<String> measurements = new ArrayList<>();
    claims.signet().measurements().forEach(m -> measurements.add(m.toString()));
    measurements.add(claims.signet().statement().toString());
    return List.copyOf(measurements);
  }

  private void keep(String token, VerifiedToken verified, long now) {
    if (kept.size() >= MAX_KEPT) {
      kept.values().removeIf(old -> now >= old.expires());
    }
    if (kept.size() < MAX_KEPT) {
      kept.put(token, verified);
    }
  }

  static VerificationKey key(PublicJwk jwk, SignatureProviders providers) {
    try {
      return VerificationKey.p256(jwk.x().toArray(), jwk.y().toArray(), providers);
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("not a key on P-256: " + jwk.thumbprint(), e);
    }
  }
}
