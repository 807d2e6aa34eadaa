// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifier.tpm.EcdsaSignature;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/** ECDSA P-256 with SHA-256 by a given provider. */
final class EcdsaP256 {
  private EcdsaP256() {}

  /**
   * @param signature r || s, 64 bytes
   */
  static boolean verifies(ECPublicKey key, byte[] message, Bytes signature, Provider provider) {
    if (!EcdsaSignature.inRange(signature)) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSA", provider);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(der(signature.toArray()));
    } catch (SignatureException e) {
      return false;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalArgumentException(
          "expected a provider with ECDSA on P-256, got " + provider.getName(), e);
    }
  }

  static boolean verifies(PublicJwk key, byte[] message, Bytes signature, Provider provider) {
    return verifies(key.toPublicKey(), message, signature, provider);
  }

  /** DER (RFC 3279 section 2.2.3): every provider has that form, not every one has r || s. */
  private static byte[] der(byte[] rs) {
    byte[] r = integer(Arrays.copyOf(rs, 32));
    byte[] s = integer(Arrays.copyOfRange(rs, 32, 64));
    byte[] out = new byte[2 + r.length + s.length];
    out[0] = 0x30;
    out[1] = (byte) (r.length + s.length);
    System.arraycopy(r, 0, out, 2, r.length);
    System.arraycopy(s, 0, out, 2 + r.length, s.length);
    return out;
  }

  private static byte[] integer(byte[] unsigned) {
    int zeros = 0;
    while (zeros < 31 && unsigned[zeros] == 0) {
      zeros++;
    }
    int sign = unsigned[zeros] < 0 ? 1 : 0;
    int size = unsigned.length - zeros + sign;
    byte[] out = new byte[2 + size];
    out[0] = 0x02;
    out[1] = (byte) size;
    System.arraycopy(unsigned, zeros, out, 2 + sign, unsigned.length - zeros);
    return out;
  }
}
