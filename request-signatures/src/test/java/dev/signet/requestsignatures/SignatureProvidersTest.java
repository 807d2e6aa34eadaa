// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.FaultyProvider.Fault;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureProvidersTest {
  private static final byte[] MESSAGE = {1, 2, 3};

  /** Does all as it should. */
  private static final Fault NONE = Signature::verify;

  /** Any signature is good: the worst that can be. */
  private static final Fault YES = (jdk, signature) -> true;

  private static final Fault NO = (jdk, signature) -> false;

  private static final Fault THROWS =
      (jdk, signature) -> {
        throw new SignatureException("broken");
      };

  /** What native code under a provider throws has no declared type. */
  private static final Fault THROWS_UNCHECKED =
      (jdk, signature) -> {
        throw new ProviderException("broken");
      };

  /** Loaded, and some function of it is not in the library. */
  private static final Fault LACKS_NATIVE_CODE =
      (jdk, signature) -> {
        throw new UnsatisfiedLinkError("broken");
      };

  private static final Fault TAKES_NO_KEY =
      new Fault() {
        @Override
        public void atKey() throws InvalidKeySpecException {
          throw new InvalidKeySpecException("broken");
        }

        @Override
        public boolean verify(Signature jdk, byte[] signature) throws SignatureException {
          return jdk.verify(signature);
        }
      };

  private static final Fault TAKES_NO_KEY_TO_VERIFY =
      new Fault() {
        @Override
        public void atInit() throws InvalidKeyException {
          throw new InvalidKeyException("broken");
        }

        @Override
        public boolean verify(Signature jdk, byte[] signature) throws SignatureException {
          return jdk.verify(signature);
        }
      };

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("says yes to all", YES),
        Arguments.of("says no to all", NO),
        Arguments.of("throws", THROWS),
        Arguments.of("throws unchecked", THROWS_UNCHECKED),
        Arguments.of("lacks native code", LACKS_NATIVE_CODE),
        Arguments.of("takes no key", TAKES_NO_KEY),
        Arguments.of("takes no key to verify with", TAKES_NO_KEY_TO_VERIFY));
  }

  /** Not taken, and not in the way of the next one either: the refusal is the declared one. */
  @ParameterizedTest
  @MethodSource("faults")
  void passesOverProvidersThatDoNotWork(String what, Fault fault) {
    assertThatIllegalArgumentException()
        .as(what)
        .isThrownBy(() -> SignatureProviders.of(new FaultyProvider(FaultyProvider.ALL, fault)))
        .withMessageContaining("no provider does ecdsa-p256-sha256");
    assertThat(SignatureProviders.doesP256(new FaultyProvider(FaultyProvider.ALL, fault)))
        .as(what)
        .isFalse();
  }

  /** The same for Ed25519 alone, with P-256 that works. */
  @ParameterizedTest
  @MethodSource("faults")
  void checksEachAlgorithm(String what, Fault fault) {
    Fault ed25519 =
        new Fault() {
          private boolean second;

          @Override
          public void atKey() throws InvalidKeySpecException {
            if (second) {
              fault.atKey();
            }
          }

          @Override
          public void atInit() throws InvalidKeyException {
            if (second) {
              fault.atInit();
            }
          }

          @Override
          public boolean verify(Signature jdk, byte[] signature) throws SignatureException {
            if (second) {
              return fault.verify(jdk, signature);
            }
            boolean good = jdk.verify(signature);
            // The check of P-256 ends with the bad signature.
            second = !good;
            return good;
          }
        };
    assertThatIllegalArgumentException()
        .as(what)
        .isThrownBy(() -> SignatureProviders.of(new FaultyProvider(FaultyProvider.ALL, ed25519)))
        .withMessageContaining("no provider does ed25519");
  }

  @Test
  void takesProvidersThatWork() {
    assertThat(SignatureProviders.of(new FaultyProvider(FaultyProvider.ALL, NONE)).description())
        .isEqualTo("P-256: Faulty 1, Ed25519: Faulty 1");
    List<String> p256 = List.of(FaultyProvider.P256_KEYS, FaultyProvider.P256_SIGNATURE);
    assertThat(SignatureProviders.doesP256(new FaultyProvider(p256, NONE))).isTrue();
    assertThat(SignatureProviders.doesP256(new FaultyProvider(List.of(), NONE))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        FaultyProvider.P256_KEYS,
        FaultyProvider.P256_SIGNATURE,
        FaultyProvider.ED25519_KEYS,
        FaultyProvider.ED25519_SIGNATURE
      })
  void passesOverProvidersThatLackSomething(String missing) {
    List<String> services = new ArrayList<>(FaultyProvider.ALL);
    services.remove(missing);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignatureProviders.of(new FaultyProvider(services, NONE)))
        .withMessageContaining("no provider does");
  }

  /**
   * CVE-2022-21449: a provider that is right about all signatures that a signer makes, and takes
   * zeros for anyone's. No known answer finds that out; the range that is checked first keeps it
   * from mattering.
   */
  @Test
  void givesProvidersNoSignatureOutOfRange() throws GeneralSecurityException {
    Fault psychic =
        (jdk, signature) -> Arrays.equals(signature, new byte[64]) || jdk.verify(signature);
    SignatureProviders providers =
        SignatureProviders.of(new FaultyProvider(FaultyProvider.ALL, psychic));
    KeyPair pair = VerificationKeyTest.p256Pair();
    VerificationKey key = VerificationKey.of(pair.getPublic(), providers);
    assertThat(key.verify(MESSAGE, new byte[64])).isFalse();
  }

  @Test
  void signsWithCorrettoWhereItIsThere() {
    assertThat(SignatureProviders.corretto().map(Provider::getName))
        .hasValue("AmazonCorrettoCryptoProvider");
  }

  @Test
  void loadsOnlyWhatIsThere() {
    assertThat(
            ProviderLoader.newInstance(BouncyCastleProvider.class.getName()).map(Provider::getName))
        .hasValue("BC");
    assertThat(ProviderLoader.newInstance("org.example.NotThere")).isEmpty();
    assertThat(ProviderLoader.instanceField("org.example.NotThere", "INSTANCE")).isEmpty();
  }

  /** Corretto has no build for some systems, and an application may have left both out. */
  @ParameterizedTest
  @CsvSource({"bcprov, BC", "none, SunEC"})
  void fallsBackToWhatIsThere(String jar, String provider) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.contains(jar)) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    urls.add(SignatureProviders.class.getProtectionDomain().getCodeSource().getLocation());
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> isolated = loader.loadClass(SignatureProviders.class.getName());
      Object detected = isolated.getMethod("detect").invoke(null);
      assertThat(isolated.getMethod("p256ProviderName").invoke(detected)).isEqualTo(provider);
      assertThat(isolated.getMethod("corretto").invoke(null).toString())
          .isEqualTo("Optional.empty");
    }
  }

  static Stream<SignatureProviders> providers() {
    return VerificationKeyTest.providers();
  }

  /** Orders of 256 bits are common; only one of these curves is P-256. */
  @ParameterizedTest
  @MethodSource("providers")
  void refusesToSignWithKeysOfOtherCurves(SignatureProviders providers)
      throws GeneralSecurityException {
    for (String curve : List.of("secp256k1", "brainpoolP256r1", "secp384r1")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
      generator.initialize(new ECGenParameterSpec(curve));
      KeyPair pair = generator.generateKeyPair();
      PrivateKey privateKey = pair.getPrivate();
      assertThatThrownBy(() -> providers.signer(privateKey))
          .as(curve)
          .isInstanceOf(InvalidKeyException.class);
      PublicKey publicKey = pair.getPublic();
      assertThatThrownBy(() -> VerificationKey.of(publicKey, providers))
          .as(curve)
          .isInstanceOf(InvalidKeyException.class);
    }
  }

  /** A key is the same whichever provider's object it comes in. */
  @ParameterizedTest
  @MethodSource("providers")
  void signsWithKeysOfOtherProviders(SignatureProviders providers)
      throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] signature = providers.signer(pair.getPrivate()).sign(MESSAGE);
    assertThat(VerificationKey.of(pair.getPublic(), providers).verify(MESSAGE, signature)).isTrue();
  }

  @Test
  void refusesKeysThatShowNoBytes() {
    PrivateKey hidden =
        new PrivateKey() {
          @Override
          public String getAlgorithm() {
            return "EdDSA";
          }

          @Override
          public String getFormat() {
            return null;
          }

          @Override
          public byte[] getEncoded() {
            return null;
          }
        };
    assertThatThrownBy(() -> SignatureProviders.detect().signer(hidden))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("expected a key in memory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X25519", "Ed448", "RSA"})
  void refusesToSignWithKeysOfOtherTypes(String algorithm) throws GeneralSecurityException {
    PrivateKey key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    for (SignatureProviders providers : providers().toList()) {
      assertThatThrownBy(() -> providers.signer(key)).isInstanceOf(InvalidKeyException.class);
    }
  }
}
