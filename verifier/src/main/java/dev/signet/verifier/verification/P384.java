// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/** The curve, for endorsement keys of the TCG's high-range template H-3. */
final class P384 {
  static final ECParameterSpec PARAMETERS = parameters();

  private static final int COORDINATE_BYTES = 48;

  private P384() {}

  /** Whether {@code key} is a point on this curve and no other. */
  static boolean is(ECPublicKey key) {
    ECParameterSpec given = key.getParams();
    return given.getCurve().equals(PARAMETERS.getCurve())
        && given.getGenerator().equals(PARAMETERS.getGenerator())
        && given.getOrder().equals(PARAMETERS.getOrder())
        && isOnCurve(key.getW());
  }

  /** x of the key's point, 48 bytes. */
  static byte[] x(ECPublicKey key) {
    return fixed(key.getW().getAffineX());
  }

  /** y of the key's point, 48 bytes. */
  static byte[] y(ECPublicKey key) {
    return fixed(key.getW().getAffineY());
  }

  private static boolean isOnCurve(ECPoint w) {
    if (w.equals(ECPoint.POINT_INFINITY)) {
      return false;
    }
    BigInteger p = ((ECFieldFp) PARAMETERS.getCurve().getField()).getP();
    BigInteger x = w.getAffineX();
    BigInteger y = w.getAffineY();
    BigInteger right =
        x.pow(3).add(PARAMETERS.getCurve().getA().multiply(x)).add(PARAMETERS.getCurve().getB());
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.multiply(y).mod(p).equals(right.mod(p));
  }

  private static byte[] fixed(BigInteger coordinate) {
    byte[] signed = coordinate.toByteArray();
    byte[] out = new byte[COORDINATE_BYTES];
    int size = Math.min(signed.length, COORDINATE_BYTES);
    System.arraycopy(signed, signed.length - size, out, COORDINATE_BYTES - size, size);
    return out;
  }

  private static ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp384r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-384", e);
    }
  }
}
