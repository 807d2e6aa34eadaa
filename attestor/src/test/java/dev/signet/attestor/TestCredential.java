// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * TPM2_MakeCredential as a verifier does it (TPM 2.0 Library Part 1, 24).
 *
 * @param blob TPMS_ID_OBJECT
 */
record TestCredential(byte[] blob, byte[] secret) {
  static TestCredential make(PublicArea ek, byte[] akName, byte[] credential) throws IOException {
    Salt seed = Salt.to(ek, "IDENTITY", TestHost.RANDOM);
    byte[] key = TpmCrypto.kdfa(seed.value(), "STORAGE", akName, Octets.NONE, 128);
    byte[] mac = TpmCrypto.kdfa(seed.value(), "INTEGRITY", Octets.NONE, Octets.NONE, 256);
    try {
      Cipher cipher = Cipher.getInstance("AES/CFB128/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(Arrays.copyOf(key, 16), "AES"),
          new IvParameterSpec(new byte[16]));
      byte[] identity = cipher.doFinal(Octets.sized(credential));
      byte[] integrity = TpmCrypto.hmac(mac, identity, akName);
      return new TestCredential(Octets.concat(Octets.sized(integrity), identity), seed.encrypted());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
