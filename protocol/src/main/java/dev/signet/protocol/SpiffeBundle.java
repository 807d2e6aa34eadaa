// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A trust domain's bundle as this project publishes it (SPIFFE Trust Domain and Bundle, section 4):
 * a JWK set with a sequence number. Bundles of others may hold more than this reads.
 *
 * @param sequence rises with each change
 * @param refreshHint seconds after which to read it again
 */
public record SpiffeBundle(
    List<Key> keys,
    @JsonProperty("spiffe_sequence") long sequence,
    @JsonProperty("spiffe_refresh_hint") long refreshHint) {
  public static final String X509_SVID = "x509-svid";
  public static final String JWT_SVID = "jwt-svid";
  public static final String WIT_SVID = "wit-svid";

  /**
   * One key, P-256.
   *
   * @param use {@value SpiffeBundle#X509_SVID}, {@value SpiffeBundle#JWT_SVID} or {@value
   *     SpiffeBundle#WIT_SVID}
   * @param kid null for X.509
   * @param x5c X.509 only: one root certificate, DER in base64 with padding
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Key(
      String kty,
      String crv,
      Bytes x,
      Bytes y,
      String alg,
      String kid,
      String use,
      List<String> x5c) {
    public Key {
      new PublicJwk(kty, crv, x, y, alg, null, null);
      boolean x509 = X509_SVID.equals(use);
      if (!x509 && !JWT_SVID.equals(use) && !WIT_SVID.equals(use)) {
        throw new IllegalArgumentException("use: expected x509-svid, jwt-svid or wit-svid");
      }
      if (x509 != (x5c != null) || x509 != (kid == null)) {
        throw new IllegalArgumentException("expected x5c for x509-svid, and kid for the others");
      }
      if (x5c != null) {
        x5c = Require.list(x5c, 1, "x5c");
        if (x5c.isEmpty()) {
          throw new IllegalArgumentException("x5c: expected one certificate");
        }
        Require.text(x5c.get(0), 2 * Limits.CERTIFICATE_BYTES, "x5c");
      }
    }

    /** A root whose certificate is {@code der}. */
    public static Key x509(PublicJwk key, byte[] der) {
      String text = java.util.Base64.getEncoder().encodeToString(der);
      return new Key("EC", "P-256", key.x(), key.y(), null, null, X509_SVID, List.of(text));
    }

    /** A key that signs tokens, named by its thumbprint. */
    public static Key token(PublicJwk key, String use) {
      return new Key("EC", "P-256", key.x(), key.y(), "ES256", key.thumbprint(), use, null);
    }
  }

  public SpiffeBundle {
    keys = Require.list(keys, Limits.BUNDLE_KEYS, "keys");
    if (sequence < 0 || refreshHint < 1) {
      throw new IllegalArgumentException("expected a sequence of 0 or more and a refresh hint");
    }
  }
}
