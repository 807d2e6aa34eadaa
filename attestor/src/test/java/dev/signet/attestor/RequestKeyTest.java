// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.PublicJwk;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Security;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RequestKeyTest {
  private static final byte[] DATA = "signature base".getBytes();
  private final KeyPair pair = TestVerifier.keyPair();
  private final PublicJwk publicKey = PublicJwk.of((ECPublicKey) pair.getPublic());
  private final byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32);

  private final SecretsKey secrets = SecretsKey.of(scalar, publicKey);

  /** A machine resumed twice from one snapshot: its randomness repeats. */
  private static final class Repeating extends SecureRandom {
    private static final long serialVersionUID = 1L;

    @Override
    public void nextBytes(byte[] bytes) {
      Arrays.fill(bytes, (byte) 7);
    }
  }

  @Test
  void signsWhatThePublicKeyVerifies() {
    for (int i = 0; i < 50; i++) {
      RequestKey key = RequestKey.of(scalar, publicKey, secrets, TestHost.RANDOM);
      byte[] data = Octets.u32(i);
      byte[] signature = key.sign(data);
      assertThat(signature).hasSize(64);
      assertThat(TestVerifier.verifies(publicKey, data, signature)).isTrue();
      assertThat(TestVerifier.verifies(publicKey, DATA, signature)).isFalse();
    }
  }

  @Test
  void attack68RepeatedRandomnessDoesNotRepeatNonces() {
    RequestKey one = RequestKey.of(scalar, publicKey, secrets, new Repeating());
    RequestKey two = RequestKey.of(scalar, publicKey, secrets, new Repeating());
    byte[] first = Arrays.copyOf(one.sign("a".getBytes()), 32);
    byte[] second = Arrays.copyOf(two.sign("b".getBytes()), 32);
    assertThat(first).as("r of two messages under one random state").isNotEqualTo(second);
  }

  @Test
  void freshRandomnessChangesTheNonceOfTheSameMessage() {
    RequestKey key = RequestKey.of(scalar, publicKey, secrets, TestHost.RANDOM);
    assertThat(key.sign(DATA)).isNotEqualTo(key.sign(DATA));
  }

  @Test
  void aProviderMaySignInstead() throws Exception {
    RequestKey key =
        RequestKey.of(scalar, publicKey, secrets, TestHost.RANDOM)
            .using(Security.getProvider("SunEC"));
    assertThat(TestVerifier.verifies(publicKey, DATA, key.sign(DATA))).isTrue();
  }

  /** A provider's Signature objects are used again, and must not be two threads' at one time. */
  @Test
  void manyThreadsSignWithAProviderAtOneTime() throws Exception {
    RequestKey key =
        RequestKey.of(scalar, publicKey, secrets, TestHost.RANDOM)
            .using(Security.getProvider("SunEC"));
    List<Callable<Boolean>> work = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      byte[] data = new byte[2000 + i];
      work.add(() -> TestVerifier.verifies(publicKey, data, key.sign(data)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> good : threads.invokeAll(work)) {
        assertThat(good.get()).isTrue();
      }
    }
  }

  @Test
  void isGoneAfterClose() {
    RequestKey key = RequestKey.of(scalar, publicKey, secrets, TestHost.RANDOM);
    key.close();
    assertThat(key.isDestroyed()).isTrue();
    assertThatThrownBy(() -> key.sign(DATA)).isInstanceOf(IllegalStateException.class);
    assertThat(key.toString()).doesNotContain(HexFormat.of().formatHex(scalar));
  }

  @Test
  void refusesAKeyThatIsNotThePublicOnes() {
    byte[] other = scalar.clone();
    other[31] ^= 1;
    assertThatThrownBy(() -> RequestKey.of(other, publicKey, secrets, TestHost.RANDOM))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RequestKey.of(new byte[32], publicKey, secrets, TestHost.RANDOM))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
