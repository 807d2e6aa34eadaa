// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;

/** The curve, for keys that come from certificates. */
final class P256 {
  /** Any point will do: its key carries the parameters. */
  static final ECParameterSpec PARAMETERS =
      PublicJwk.of(
              Bytes.of(new byte[32]),
              Bytes.fromHex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"))
          .toPublicKey()
          .getParams();

  private P256() {}

  /** Whether {@code key} is a point on this curve and no other. */
  static boolean is(ECPublicKey key) {
    ECParameterSpec p = key.getParams();
    if (!(p.getCurve().getField() instanceof ECFieldFp field)
        || !field.getP().equals(((ECFieldFp) PARAMETERS.getCurve().getField()).getP())
        || !p.getCurve().getA().equals(PARAMETERS.getCurve().getA())
        || !p.getCurve().getB().equals(PARAMETERS.getCurve().getB())
        || !p.getGenerator().equals(PARAMETERS.getGenerator())
        || !p.getOrder().equals(PARAMETERS.getOrder())) {
      return false;
    }
    try {
      PublicJwk.of(key);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
