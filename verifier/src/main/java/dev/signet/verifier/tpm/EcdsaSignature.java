// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import java.math.BigInteger;

/** ECDSA on P-256 with SHA-256, in the TPM's form and as r || s. */
public final class EcdsaSignature {
  /** The order of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3). */
  private static final BigInteger N =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private EcdsaSignature() {}

  /**
   * Parses exactly one TPMT_SIGNATURE (Part 2 section 11.3.4).
   *
   * @return r || s, 64 bytes, both in 1 to n - 1
   */
  public static Bytes parse(byte[] tpmtSignature) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(tpmtSignature, "TPMT_SIGNATURE");
    in.constant(TpmConstants.ALG_ECDSA, "sigAlg");
    in.constant(TpmConstants.ALG_SHA256, "hash");
    Bytes r = EccPublic.padded(in.sized(32, "signatureR"));
    Bytes s = EccPublic.padded(in.sized(32, "signatureS"));
    in.end();
    Bytes signature = Bytes.fromHex(r.toHex() + s.toHex());
    if (!inRange(signature)) {
      throw in.malformed("r and s in 1 to n - 1", "one outside");
    }
    return signature;
  }

  /** Whether r and s of {@code signature} (64 bytes) lie in 1 to n - 1. */
  public static boolean inRange(Bytes signature) {
    byte[] rs = signature.toArray();
    return rs.length == 64
        && inRange(new BigInteger(1, rs, 0, 32))
        && inRange(new BigInteger(1, rs, 32, 32));
  }

  private static boolean inRange(BigInteger value) {
    return value.signum() > 0 && value.compareTo(N) < 0;
  }
}
