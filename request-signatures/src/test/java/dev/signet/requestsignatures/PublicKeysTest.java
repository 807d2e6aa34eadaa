// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys come from strangers, and as objects of any provider's classes: nothing is taken on trust.
 */
class PublicKeysTest {
  private static final ECPublicKey GOOD = p256();
  private static final ECParameterSpec P256 = GOOD.getParams();
  private static final BigInteger P = ((ECFieldFp) P256.getCurve().getField()).getP();
  private static final BigInteger X = GOOD.getW().getAffineX();
  private static final BigInteger Y = GOOD.getW().getAffineY();

  /** The curve has a point with x = 0: y is the root of b, and p is 3 modulo 4. */
  private static final BigInteger ROOT_OF_B =
      P256.getCurve().getB().modPow(P.add(BigInteger.ONE).shiftRight(2), P);

  /** A key as a provider's class could hand it over, which need not have checked anything. */
  private record UncheckedKey(ECPoint getW, ECParameterSpec getParams) implements ECPublicKey {
    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }

    @Override
    public byte[] getEncoded() {
      return GOOD.getEncoded();
    }
  }

  /** A key of no type that is known here. */
  private record EncodedKey(byte[] getEncoded) implements PublicKey {
    @Override
    public String getAlgorithm() {
      return "made-up";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }
  }

  static Stream<Arguments> pointsOffTheCurve() {
    return Stream.of(
        Arguments.of("x of another point", new ECPoint(X.add(BigInteger.ONE), Y)),
        Arguments.of("y of another point", new ECPoint(X, Y.add(BigInteger.ONE))),
        Arguments.of("the point at infinity", ECPoint.POINT_INFINITY),
        Arguments.of("zero", new ECPoint(BigInteger.ZERO, BigInteger.ZERO)),
        // The same residues, and so a second name for a good point.
        Arguments.of("x not reduced", new ECPoint(X.add(P), Y)),
        Arguments.of("x = p, which is 0", new ECPoint(P, ROOT_OF_B)),
        Arguments.of("x negative", new ECPoint(X.subtract(P), Y)),
        Arguments.of("y not reduced", new ECPoint(X, Y.add(P))),
        Arguments.of("y negative", new ECPoint(X, Y.negate())));
  }

  @ParameterizedTest
  @MethodSource("pointsOffTheCurve")
  void refusesPointsOffTheCurve(String what, ECPoint point) {
    PublicKey key = new UncheckedKey(point, P256);
    assertThatThrownBy(() -> PublicKeys.algorithmOf(key))
        .as(what)
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("not on P-256");
  }

  /** The first to look at coordinates checks them; what comes after it might not. */
  @Test
  void refusesCoordinatesOffTheCurve() throws InvalidKeyException {
    byte[] x = bytes(X);
    byte[] y = bytes(Y);
    assertThat(PublicKeys.p256(x, y)).isEqualTo(GOOD);
    y[31] ^= 1;
    assertThatThrownBy(() -> PublicKeys.p256(x, y))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("not on P-256");
  }

  /** Zero is a coordinate like others, and p, which fits in the 32 bytes, is none. */
  @Test
  void takesTheSmallestCoordinate() throws InvalidKeyException {
    PublicKey key = PublicKeys.p256(new byte[32], bytes(ROOT_OF_B));
    assertThat(PublicKeys.algorithmOf(key)).isEqualTo(SignatureAlgorithm.ECDSA_P256_SHA256);
    assertThatThrownBy(() -> PublicKeys.p256(bytes(P), bytes(ROOT_OF_B)))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("not on P-256");
  }

  /** One key has one form: a zero in front would be a second one (RFC 7518 section 6.2.1.2). */
  @Test
  void refusesCoordinatesOfAnotherLength() {
    byte[] x = bytes(X);
    byte[] y = bytes(Y);
    byte[] longX = padded(x);
    byte[] longY = padded(y);
    assertThatThrownBy(() -> PublicKeys.p256(longX, y)).hasMessageContaining("got 33 and 32");
    assertThatThrownBy(() -> PublicKeys.p256(x, longY)).hasMessageContaining("got 32 and 33");
    assertThatThrownBy(() -> PublicKeys.p256(x, new byte[0])).hasMessageContaining("got 32 and 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 33, 57})
  void refusesEd25519KeysOfAnotherLength(int length) {
    assertThatThrownBy(() -> PublicKeys.ed25519(new byte[length]))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("got " + length);
  }

  static Stream<Arguments> otherCurves() {
    EllipticCurve curve = P256.getCurve();
    ECPoint generator = P256.getGenerator();
    ECPoint otherGenerator = new ECPoint(X, Y);
    BigInteger order = P256.getOrder();
    EllipticCurve otherB =
        new EllipticCurve(curve.getField(), curve.getA(), curve.getB().add(BigInteger.ONE));
    return Stream.of(
        Arguments.of("coefficient", new ECParameterSpec(otherB, generator, order, 1)),
        // With a generator of one's own making every public key has a known private one
        // (CVE-2020-0601).
        Arguments.of("generator", new ECParameterSpec(curve, otherGenerator, order, 1)),
        Arguments.of(
            "order", new ECParameterSpec(curve, generator, order.subtract(BigInteger.ONE), 1)));
  }

  @ParameterizedTest
  @MethodSource("otherCurves")
  void refusesCurvesThatDifferInOneParameter(String what, ECParameterSpec parameters) {
    PublicKey key = new UncheckedKey(GOOD.getW(), parameters);
    assertThatThrownBy(() -> PublicKeys.algorithmOf(key))
        .as(what)
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("another curve");
  }

  /**
   * X25519 keys are as long as Ed25519 keys, and differ from them in the object identifier only.
   */
  @ParameterizedTest
  @ValueSource(strings = {"X25519", "Ed448", "X448", "RSA"})
  void refusesKeysOfOtherTypes(String algorithm) throws GeneralSecurityException {
    PublicKey key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPublic();
    assertThatThrownBy(() -> PublicKeys.algorithmOf(key))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("got one of type");
  }

  @Test
  void refusesKeysThatOnlyBeginLikeEd25519() throws GeneralSecurityException {
    byte[] encoded =
        KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
    assertThat(PublicKeys.algorithmOf(new EncodedKey(encoded)))
        .isEqualTo(SignatureAlgorithm.ED25519);
    byte[] otherPrefix = encoded.clone();
    otherPrefix[0] ^= 1;
    for (byte[] bad :
        List.of(
            Arrays.copyOf(encoded, encoded.length - 1),
            Arrays.copyOf(encoded, encoded.length + 1),
            Arrays.copyOf(encoded, 3),
            otherPrefix)) {
      assertThatThrownBy(() -> PublicKeys.algorithmOf(new EncodedKey(bad)))
          .as(HexFormat.of().formatHex(bad))
          .isInstanceOf(InvalidKeyException.class);
    }
  }

  /** Keys in hardware may have no encoding. */
  @Test
  void refusesKeysWithoutAnEncoding() {
    assertThatThrownBy(() -> PublicKeys.algorithmOf(new EncodedKey(null)))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("made-up");
  }

  private static byte[] bytes(BigInteger coordinate) {
    byte[] signed = coordinate.toByteArray();
    byte[] bytes = new byte[32];
    int length = Math.min(32, signed.length);
    System.arraycopy(signed, signed.length - length, bytes, 32 - length, length);
    return bytes;
  }

  private static byte[] padded(byte[] coordinate) {
    byte[] padded = new byte[33];
    System.arraycopy(coordinate, 0, padded, 1, 32);
    return padded;
  }

  private static ECPublicKey p256() {
    try {
      return (ECPublicKey) VerificationKeyTest.p256Pair().getPublic();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
