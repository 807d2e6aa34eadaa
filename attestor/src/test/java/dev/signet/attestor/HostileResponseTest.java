// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a TPM, or who sits before it, answers: an IOException at worst, never anything else. */
class HostileResponseTest {
  /** Fixed, so that a failure can be seen again. */
  private final Random random = new Random(20261121);

  private byte[] garbage() {
    byte[] response = new byte[10 + random.nextInt(200)];
    random.nextBytes(response);
    // Half of them with sizes and counts that look likely.
    for (int i = 10; random.nextBoolean() && i + 4 < response.length; i += 4) {
      ByteBuffer.wrap(response).putInt(i, random.nextInt(8));
    }
    ByteBuffer.wrap(response).putShort((short) 0x8001).putInt(response.length).putInt(0);
    return response;
  }

  interface Call {
    Object of(Tpm tpm) throws IOException;
  }

  @Test
  void responsesAreRefusedNotFollowed() throws IOException {
    List<Call> calls = List.of(Tpm::clock, Tpm::properties, tpm -> tpm.pcrs(List.of(0, 7, 15)));
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] response = garbage();
      for (Call call : calls) {
        Tpm tpm = Tpm.over(() -> new ScriptedTransport(n -> response), true, TestHost.RANDOM);
        try {
          call.of(tpm);
        } catch (IOException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(6_000);
  }

  @Test
  void structuresAreParsedOrRefused() {
    byte[] publicArea = PolicyDigest.approvalKey(new TestVerifier().approvalKey()).encoded();
    assertThatCode(() -> PublicArea.parse(publicArea)).doesNotThrowAnyException();
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] changed = publicArea.clone();
      int changes = 1 + random.nextInt(4);
      for (int j = 0; j < changes; j++) {
        changed[random.nextInt(24)] = (byte) random.nextInt(256);
      }
      byte[] cut = java.util.Arrays.copyOf(changed, random.nextInt(changed.length + 20));
      refused += refuses(() -> PublicArea.parse(changed)) + refuses(() -> PublicArea.parse(cut));
      refused += refuses(() -> Attest.parse(cut));
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  interface Parse {
    Object run() throws IOException;
  }

  private static int refuses(Parse parse) {
    try {
      parse.run();
      return 0;
    } catch (IOException e) {
      return 1;
    }
  }
}
