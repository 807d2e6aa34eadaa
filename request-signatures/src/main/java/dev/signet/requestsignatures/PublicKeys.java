// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Public keys from and to the coordinates that JWKs carry. */
final class PublicKeys {
  private static final int COORDINATE_LENGTH = 32;

  /** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 section 4). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final ECParameterSpec P256 = p256();

  private PublicKeys() {}

  static PublicKey p256(byte[] x, byte[] y) throws InvalidKeyException {
    if (x.length != COORDINATE_LENGTH || y.length != COORDINATE_LENGTH) {
      throw new InvalidKeyException(
          "P-256: expected coordinates of 32 bytes, got " + x.length + " and " + y.length);
    }
    ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
    requireOnCurve(point);
    return generate("EC", new ECPublicKeySpec(point, P256));
  }

  static PublicKey ed25519(byte[] x) throws InvalidKeyException {
    if (x.length != COORDINATE_LENGTH) {
      throw new InvalidKeyException("Ed25519: expected 32 bytes, got " + x.length);
    }
    byte[] encoded = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + x.length);
    System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
    return generate("Ed25519", new X509EncodedKeySpec(encoded));
  }

  static SignatureAlgorithm algorithmOf(PublicKey key) throws InvalidKeyException {
    if (key instanceof ECPublicKey ec) {
      if (!isP256(ec.getParams())) {
        throw new InvalidKeyException("expected a key on P-256, got one on another curve");
      }
      requireOnCurve(ec.getW());
      return SignatureAlgorithm.ECDSA_P256_SHA256;
    }
    byte[] encoded = key.getEncoded();
    if (encoded != null
        && encoded.length == ED25519_PREFIX.length + COORDINATE_LENGTH
        && Arrays.equals(
            encoded, 0, ED25519_PREFIX.length, ED25519_PREFIX, 0, ED25519_PREFIX.length)) {
      return SignatureAlgorithm.ED25519;
    }
    throw new InvalidKeyException(
        "expected a P-256 or Ed25519 key, got one of type " + key.getAlgorithm());
  }

  static boolean isP256(ECParameterSpec curve) {
    return curve.getCurve().equals(P256.getCurve())
        && curve.getGenerator().equals(P256.getGenerator())
        && curve.getOrder().equals(P256.getOrder());
  }

  /** RFC 7638 section 3; for Ed25519 RFC 8037 section 2 names the members. */
  static String thumbprint(SignatureAlgorithm algorithm, PublicKey key) {
    String json =
        switch (algorithm) {
          case ECDSA_P256_SHA256 -> {
            ECPoint point = ((ECPublicKey) key).getW();
            yield "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                + base64(fixedLength(point.getAffineX()))
                + "\",\"y\":\""
                + base64(fixedLength(point.getAffineY()))
                + "\"}";
          }
          case ED25519 -> {
            byte[] encoded = key.getEncoded();
            yield "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\""
                + base64(Arrays.copyOfRange(encoded, ED25519_PREFIX.length, encoded.length))
                + "\"}";
          }
        };
    try {
      return base64(
          MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** y² = x³ + ax + b, with both coordinates below p; no provider is relied on for this. */
  private static void requireOnCurve(ECPoint point) throws InvalidKeyException {
    BigInteger p = ((ECFieldFp) P256.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    boolean inField =
        x != null && x.signum() >= 0 && x.compareTo(p) < 0 && y.signum() >= 0 && y.compareTo(p) < 0;
    if (!inField
        || !y.multiply(y)
            .mod(p)
            .equals(
                x.multiply(x)
                    .add(P256.getCurve().getA())
                    .multiply(x)
                    .add(P256.getCurve().getB())
                    .mod(p))) {
      throw new InvalidKeyException("the point is not on P-256");
    }
  }

  private static byte[] fixedLength(BigInteger coordinate) {
    byte[] bytes = coordinate.toByteArray();
    byte[] fixed = new byte[COORDINATE_LENGTH];
    int length = Math.min(bytes.length, COORDINATE_LENGTH);
    System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_LENGTH - length, length);
    return fixed;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static PublicKey generate(String algorithm, java.security.spec.KeySpec spec)
      throws InvalidKeyException {
    try {
      return KeyFactory.getInstance(algorithm).generatePublic(spec);
    } catch (java.security.spec.InvalidKeySpecException e) {
      throw new InvalidKeyException("not a key for " + algorithm, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + algorithm, e);
    }
  }

  private static ECParameterSpec p256() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks P-256", e);
    }
  }
}
