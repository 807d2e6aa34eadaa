// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/**
 * A P-256 public key as a JWK (RFC 7517, RFC 7518 section 6.2).
 *
 * @param kty {@code EC}
 * @param crv {@code P-256}
 * @param x 32 bytes
 * @param y 32 bytes
 * @param alg {@code ES256} or null
 * @param kid a name or null; never trusted for more than finding a key
 * @param use {@code sig} or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PublicJwk(
    String kty, String crv, Bytes x, Bytes y, String alg, String kid, String use) {
  public PublicJwk {
    if (!"EC".equals(kty) || !"P-256".equals(crv)) {
      throw new IllegalArgumentException("expected an EC key on P-256");
    }
    if (x == null || y == null || x.size() != 32 || y.size() != 32) {
      throw new IllegalArgumentException("expected coordinates of 32 bytes each");
    }
    if (alg != null && !alg.equals("ES256")) {
      throw new IllegalArgumentException("expected alg ES256");
    }
    if (use != null && !use.equals("sig")) {
      throw new IllegalArgumentException("expected use sig");
    }
    if (!isOnCurve(x, y)) {
      throw new IllegalArgumentException("the point is not on P-256");
    }
  }

  /** A key that says what it is for (alg ES256) and nothing else. */
  public static PublicJwk of(Bytes x, Bytes y) {
    return new PublicJwk("EC", "P-256", x, y, "ES256", null, null);
  }

  public static PublicJwk of(ECPublicKey key) {
    return of(coordinate(key.getW().getAffineX()), coordinate(key.getW().getAffineY()));
  }

  /** The 64 bytes x || y. */
  public static PublicJwk ofPoint(byte[] point) {
    if (point.length != 64) {
      throw new IllegalArgumentException("expected 64 bytes x || y, got " + point.length);
    }
    return of(
        Bytes.of(java.util.Arrays.copyOf(point, 32)),
        Bytes.of(java.util.Arrays.copyOfRange(point, 32, 64)));
  }

  public PublicJwk withKid() {
    return new PublicJwk(kty, crv, x, y, "ES256", thumbprint(), "sig");
  }

  /** x || y, 64 bytes. */
  public byte[] point() {
    byte[] out = new byte[64];
    System.arraycopy(x.toArray(), 0, out, 0, 32);
    System.arraycopy(y.toArray(), 0, out, 32, 32);
    return out;
  }

  /** RFC 7638 SHA-256 thumbprint, 32 bytes. */
  public Digest thumbprintDigest() {
    String canonical =
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
            + x.toBase64Url()
            + "\",\"y\":\""
            + y.toBase64Url()
            + "\"}";
    return Digest.hash(canonical.getBytes(StandardCharsets.US_ASCII));
  }

  /** RFC 7638 SHA-256 thumbprint in base64url, 43 characters. */
  public String thumbprint() {
    return Bytes.of(thumbprintDigest().toArray()).toBase64Url();
  }

  public ECPublicKey toPublicKey() {
    try {
      ECPoint w = new ECPoint(new BigInteger(1, x.toArray()), new BigInteger(1, y.toArray()));
      return (ECPublicKey)
          KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, Curve.P256));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  /** Whether this is a point on P-256; coordinates of 32 bytes each. */
  public static boolean isOnCurve(Bytes xBytes, Bytes yBytes) {
    BigInteger p = ((ECFieldFp) Curve.P256.getCurve().getField()).getP();
    BigInteger x = new BigInteger(1, xBytes.toArray());
    BigInteger y = new BigInteger(1, yBytes.toArray());
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right =
        x.pow(3).add(Curve.P256.getCurve().getA().multiply(x)).add(Curve.P256.getCurve().getB());
    return y.multiply(y).subtract(right).mod(p).signum() == 0;
  }

  private static Bytes coordinate(BigInteger value) {
    byte[] raw = value.toByteArray();
    byte[] out = new byte[32];
    int n = Math.min(raw.length, 32);
    System.arraycopy(raw, raw.length - n, out, 32 - n, n);
    return Bytes.of(out);
  }

  private static final class Curve {
    static final ECParameterSpec P256 = p256();

    private static ECParameterSpec p256() {
      try {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform we run on has P-256", e);
      }
    }
  }
}
