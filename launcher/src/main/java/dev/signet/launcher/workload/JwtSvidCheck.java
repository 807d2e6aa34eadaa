// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Optional;

/**
 * Checks JWT-SVIDs of this trust domain (JWT-SVID.md, sections 2 to 4): signed with ES256 by a key
 * of the bundle, in time, and for the audience given.
 */
final class JwtSvidCheck {
  private static final String TYP = "JWT";

  private JwtSvidCheck() {}

  /** What was found. */
  sealed interface Result {
    record Valid(AgentId id, JsonNode claims) implements Result {}

    record Invalid(String why) implements Result {}
  }

  /**
   * @param trustDomain whose keys are in {@code bundle}
   * @param audience who is asked to accept it
   */
  static Result check(
      String token, String audience, String trustDomain, SpiffeBundle bundle, Instant now) {
    CompactJws jws;
    JsonNode claims;
    try {
      jws = CompactJws.parse(token, TYP, Limits.TOKEN_BYTES);
      claims = StrictJson.tree(jws.payload(), Limits.TOKEN_BYTES);
    } catch (MalformedMessageException e) {
      return new Result.Invalid("no JWT-SVID: " + e.getMessage());
    }
    // The subject chooses the bundle, as the Workload API's section 6.3 wants it.
    AgentId id;
    try {
      id = new AgentId(claims.path("sub").textValue());
    } catch (IllegalArgumentException e) {
      return new Result.Invalid("sub: " + e.getMessage());
    }
    if (!id.trustDomain().equals(trustDomain)) {
      return new Result.Invalid(
          "sub: expected an id of " + trustDomain + ", got one of " + id.trustDomain());
    }
    Optional<SpiffeBundle.Key> key =
        bundle.keys().stream()
            .filter(k -> k.use().equals(SpiffeBundle.JWT_SVID))
            .filter(k -> k.kid().equals(jws.header().kid()))
            .findFirst();
    if (key.isEmpty()) {
      return new Result.Invalid("kid: not a key of " + trustDomain);
    }
    if (!isSignedBy(PublicJwk.of(key.get().x(), key.get().y()), jws)) {
      return new Result.Invalid("the signature is not by the key that kid names");
    }
    return times(claims, now)
        .or(() -> audience(claims, audience))
        .<Result>map(Result.Invalid::new)
        .orElseGet(() -> new Result.Valid(id, claims));
  }

  private static boolean isSignedBy(PublicJwk key, CompactJws jws) {
    try {
      Signature check = Signature.getInstance("SHA256withECDSAinP1363Format");
      check.initVerify(key.toPublicKey());
      check.update(jws.signingInput());
      return check.verify(jws.signature());
    } catch (java.security.SignatureException e) {
      // Two numbers of which one is out of range are no signature.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has ECDSA", e);
    }
  }

  private static Optional<String> times(JsonNode claims, Instant now) {
    JsonNode exp = claims.path("exp");
    if (!exp.isIntegralNumber() || !exp.canConvertToLong()) {
      return Optional.of("exp: expected a whole number of seconds");
    }
    if (now.getEpochSecond() >= exp.longValue()) {
      return Optional.of("exp: it ended");
    }
    JsonNode nbf = claims.get("nbf");
    if (nbf != null
        && (!nbf.isIntegralNumber()
            || !nbf.canConvertToLong()
            || nbf.longValue() > now.plus(Limits.CLOCK_SKEW).getEpochSecond())) {
      return Optional.of("nbf: expected a time that is not ahead");
    }
    return Optional.empty();
  }

  private static Optional<String> audience(JsonNode claims, String audience) {
    JsonNode aud = claims.path("aud");
    if (aud.isTextual()) {
      return aud.textValue().equals(audience) ? Optional.empty() : otherAudience();
    }
    if (aud.isArray()) {
      for (JsonNode one : aud) {
        if (one.isTextual() && one.textValue().equals(audience)) {
          return Optional.empty();
        }
      }
    }
    return otherAudience();
  }

  private static Optional<String> otherAudience() {
    return Optional.of("aud: it is not for the audience that was asked for");
  }
}
