// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

class FleetKeysTest {
  @Test
  void keysAreDistinctAndWork() throws Exception {
    FleetKeys keys = new FleetKeys(6, new SecureRandom());
    Set<Object> moduli = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      KeyPair pair = keys.next();
      RSAPublicKey key = (RSAPublicKey) pair.getPublic();
      assertThat(key.getModulus().bitLength()).isEqualTo(2048);
      assertThat(moduli.add(key.getModulus())).isTrue();
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key);
      byte[] sealed = cipher.doFinal(new byte[] {1, 2, 3});
      cipher.init(Cipher.DECRYPT_MODE, pair.getPrivate());
      assertThat(cipher.doFinal(sealed)).containsExactly(1, 2, 3);
    }
  }
}
