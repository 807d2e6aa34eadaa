// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.verifier.SoftwareTpm;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldF2m;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A certificate may name any parameters: with a generator of one's own, somebody else's key is
 * one's own too (CVE-2020-0601).
 */
class P256Test {
  private static final ECParameterSpec CURVE = key().getParams();
  private static final BigInteger ONE = BigInteger.ONE;

  private static ECPublicKey key() {
    return (ECPublicKey) SoftwareTpm.p256().getPublic();
  }

  /** A key as a provider makes it that takes any parameters and checks no point. */
  private record Claimed(ECParameterSpec getParams, ECPoint getW) implements ECPublicKey {
    @Override
    public ECParameterSpec getParams() {
      return getParams;
    }

    @Override
    public ECPoint getW() {
      return getW;
    }

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
      return new byte[0];
    }
  }

  @Test
  void takesPointsOfTheCurve() {
    ECPublicKey key = key();
    assertThat(P256.is(key)).isTrue();
    assertThat(P256.is(new Claimed(CURVE, key.getW()))).isTrue();
    ECPoint off = new ECPoint(key.getW().getAffineX(), key.getW().getAffineY().add(ONE));
    assertThat(P256.is(new Claimed(CURVE, off))).isFalse();
  }

  static Stream<Arguments> others() {
    EllipticCurve curve = CURVE.getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    ECPoint generator = CURVE.getGenerator();
    BigInteger order = CURVE.getOrder();
    return Stream.of(
        Arguments.of("field of characteristic 2", curve(new ECFieldF2m(283), ONE, ONE)),
        Arguments.of(
            "prime", curve(new ECFieldFp(p.add(ONE.add(ONE))), curve.getA(), curve.getB())),
        Arguments.of("a", curve(curve.getField(), curve.getA().subtract(ONE), curve.getB())),
        Arguments.of("b", curve(curve.getField(), curve.getA(), curve.getB().subtract(ONE))),
        Arguments.of("generator", new ECParameterSpec(curve, key().getW(), order, 1)),
        Arguments.of("order", new ECParameterSpec(curve, generator, order.subtract(ONE), 1)));
  }

  private static ECParameterSpec curve(
      java.security.spec.ECField field, BigInteger a, BigInteger b) {
    return new ECParameterSpec(
        new EllipticCurve(field, a, b), CURVE.getGenerator(), CURVE.getOrder(), 1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void refusesParametersThatDifferInOne(String what, ECParameterSpec parameters) {
    assertThat(P256.is(new Claimed(parameters, key().getW()))).isFalse();
  }
}
