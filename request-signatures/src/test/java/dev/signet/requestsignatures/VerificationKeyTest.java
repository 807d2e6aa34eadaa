// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerificationKeyTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.US_ASCII);

  static Stream<SignatureProviders> providers() {
    return Stream.of(
        SignatureProviders.detect(),
        SignatureProviders.of(new BouncyCastleProvider()),
        SignatureProviders.ofJdk());
  }

  @Test
  void prefersTheFastProvider() {
    assertThat(SignatureProviders.detect().p256ProviderName())
        .isEqualTo("AmazonCorrettoCryptoProvider");
    assertThat(SignatureProviders.detect().description())
        .contains("P-256: AmazonCorrettoCryptoProvider", "Ed25519: AmazonCorrettoCryptoProvider");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void verifiesWhatEachProviderSigned(SignatureProviders providers)
      throws GeneralSecurityException, IOException {
    for (KeyPair pair :
        List.of(p256Pair(), KeyPairGenerator.getInstance("Ed25519").generateKeyPair())) {
      byte[] signature = providers.signer(pair.getPrivate()).sign(MESSAGE);
      assertThat(signature).hasSize(64);
      for (SignatureProviders verifying : providers().toList()) {
        VerificationKey key = VerificationKey.of(pair.getPublic(), verifying);
        assertThat(key.verify(MESSAGE, signature)).isTrue();
        assertThat(key.verify(new byte[7], signature)).isFalse();
        assertThat(key.verify(MESSAGE, new byte[64])).isFalse();
        assertThat(key.verify(MESSAGE, Arrays.copyOf(signature, 63))).isFalse();
        for (int i = 0; i < 64; i++) {
          byte[] changed = signature.clone();
          changed[i] ^= 0x40;
          assertThat(key.verify(MESSAGE, changed)).isFalse();
        }
      }
    }
  }

  @Test
  void refusesEd25519WithUnreducedScalar() throws GeneralSecurityException, IOException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] signature = SignatureProviders.ofJdk().signer(pair.getPrivate()).sign(MESSAGE);
    byte[] order =
        java.util.HexFormat.of()
            .parseHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    int carry = 0;
    for (int i = 0; i < 32; i++) {
      int sum = (signature[32 + i] & 0xff) + (order[i] & 0xff) + carry;
      signature[32 + i] = (byte) sum;
      carry = sum >> 8;
    }
    assertThat(SignatureRange.contains(SignatureAlgorithm.ED25519, signature)).isFalse();
  }

  @Test
  void refusesPointsOffTheCurve() throws GeneralSecurityException {
    byte[] one = new byte[32];
    one[31] = 1;
    SignatureProviders jdk = SignatureProviders.ofJdk();
    assertThatThrownBy(() -> VerificationKey.p256(one, one, jdk))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("not on P-256");
    assertThatThrownBy(() -> VerificationKey.p256(new byte[31], one, jdk))
        .isInstanceOf(InvalidKeyException.class);
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    KeyPair other = p384.generateKeyPair();
    assertThatThrownBy(() -> VerificationKey.of(other.getPublic(), jdk))
        .isInstanceOf(InvalidKeyException.class);
    assertThatThrownBy(() -> jdk.signer(other.getPrivate()))
        .isInstanceOf(InvalidKeyException.class);
  }

  /** RFC 8037 appendix A.3 for Ed25519; computed with OpenSSL and jq for the RFC's P-256 key. */
  @Test
  void computesThumbprints() throws GeneralSecurityException, IOException {
    byte[] x = Base64.getUrlDecoder().decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assertThat(VerificationKey.ed25519(x, SignatureProviders.ofJdk()).thumbprint())
        .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assertThat(
            VerificationKey.of(TestKeys.publicKey("test-key-ecc-p256"), SignatureProviders.detect())
                .thumbprint())
        .isEqualTo("ydQXMtvbsOsZyFir-Y7A8t7fKEM1gbKPvyFkdpu4fvI");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void verifiesOnManyThreadsAtOnce(SignatureProviders providers) throws Exception {
    KeyPair pair = p256Pair();
    RawSigner signer = providers.signer(pair.getPrivate());
    VerificationKey key = VerificationKey.of(pair.getPublic(), providers);
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> calls =
          IntStream.range(0, 400)
              .<Callable<Boolean>>mapToObj(
                  i ->
                      () -> {
                        byte[] message = {(byte) i, (byte) (i >> 8)};
                        byte[] signature = signer.sign(message);
                        return key.verify(message, signature) && !key.verify(MESSAGE, signature);
                      })
              .toList();
      for (Future<Boolean> result : threads.invokeAll(calls)) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  static KeyPair p256Pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
