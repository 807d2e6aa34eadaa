// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Security;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeSha256Test {
  @BeforeEach
  void install() {
    NativeSha256.install();
  }

  @AfterEach
  void remove() {
    Security.removeProvider(NativeSha256.NAME);
  }

  @Test
  void everySha256OfThisJvmIsNative() throws Exception {
    for (String name : new String[] {"SHA-256", "SHA256", "2.16.840.1.101.3.4.2.1"}) {
      MessageDigest digest = MessageDigest.getInstance(name);
      assertThat(digest.getProvider().getName()).isEqualTo(NativeSha256.NAME);
      // FIPS 180-2, appendix B.1
      assertThat(HexFormat.of().formatHex(digest.digest("abc".getBytes(StandardCharsets.US_ASCII))))
          .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    assertThat(Digest.sha256().getProvider().getName()).isEqualTo(NativeSha256.NAME);
  }

  @Test
  void givesWhatTheJdksGives() throws Exception {
    byte[] data = new byte[100_003];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31);
    }
    MessageDigest whole = MessageDigest.getInstance("SHA-256");
    MessageDigest pieces = MessageDigest.getInstance("SHA-256");
    for (int at = 0; at < data.length; at += 997) {
      pieces.update(data, at, Math.min(997, data.length - at));
    }
    MessageDigest copy = (MessageDigest) pieces.clone();
    byte[] expected = MessageDigest.getInstance("SHA-256", "SUN").digest(data);
    assertThat(whole.digest(data)).isEqualTo(expected);
    assertThat(pieces.digest()).isEqualTo(expected);
    assertThat(copy.digest()).isEqualTo(expected);
  }

  @Test
  void nothingElseIsTakenFromIt() {
    assertThat(Security.getProvider(NativeSha256.NAME).getServices())
        .hasSize(1)
        .allMatch(service -> service.getAlgorithm().equals("SHA-256"));
  }

  @Test
  void isInTheListOnce() {
    NativeSha256.install();
    assertThat(Security.getProviders())
        .filteredOn(p -> p.getName().equals(NativeSha256.NAME))
        .hasSize(1);
  }
}
