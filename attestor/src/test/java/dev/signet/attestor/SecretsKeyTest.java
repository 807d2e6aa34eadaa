// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.crypto.hpke.HPKE;
import org.junit.jupiter.api.Test;

class SecretsKeyTest {
  private static final byte[] INFO = "what it is for".getBytes();
  private static final byte[] SECRET = "sk-live-0123456789".getBytes();

  private final SecretsKey key = of(TestVerifier.keyPair());

  private static SecretsKey of(KeyPair pair) {
    return SecretsKey.of(
        Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32),
        PublicJwk.of((ECPublicKey) pair.getPublic()));
  }

  private SecretsKey.Sealed sealed() {
    return SecretsKey.seal(key.publicKey(), INFO, SECRET, TestHost.RANDOM);
  }

  /** RFC 9180, A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, first message. */
  @Test
  void libraryOpensTheVectorOfTheRfc() throws Exception {
    HPKE hpke =
        new HPKE(HPKE.mode_base, HPKE.kem_P256_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
    var recipient =
        hpke.deserializePrivateKey(
            hex("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"),
            hex(
                "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"));
    byte[] opened =
        hpke.setupBaseR(
                hex(
                    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"),
                recipient,
                hex("4f6465206f6e2061204772656369616e2055726e"))
            .open(
                hex("436f756e742d30"),
                hex(
                    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"));
    assertThat(opened).asString().isEqualTo("Beauty is truth, truth beauty");
  }

  private static byte[] hex(String text) {
    return Bytes.fromHex(text).toArray();
  }

  @Test
  void opensWhatWasEncryptedToItForTheSamePurpose() {
    assertThat(key.open(sealed(), INFO)).hasValueSatisfying(s -> assertThat(s).isEqualTo(SECRET));
  }

  @Test
  void encryptsTheSameSecretDifferentlyEachTime() {
    assertThat(sealed().ciphertext()).isNotEqualTo(sealed().ciphertext());
  }

  @Test
  void doesNotOpenForAnotherPurpose() {
    assertThat(key.open(sealed(), "something else".getBytes())).isEmpty();
  }

  @Test
  void doesNotOpenWhatIsForAnotherKey() {
    assertThat(of(TestVerifier.keyPair()).open(sealed(), INFO)).isEmpty();
  }

  @Test
  void doesNotOpenWhatWasChangedAnywhere() {
    SecretsKey.Sealed good = sealed();
    for (int i = 0; i < good.ciphertext().length; i++) {
      byte[] changed = good.ciphertext().clone();
      changed[i] ^= 1;
      assertThat(key.open(new SecretsKey.Sealed(good.encapsulated(), changed), INFO)).isEmpty();
    }
    for (int i = 0; i < good.encapsulated().length; i++) {
      byte[] changed = good.encapsulated().clone();
      changed[i] ^= 1;
      assertThat(key.open(new SecretsKey.Sealed(changed, good.ciphertext()), INFO)).isEmpty();
    }
    for (byte[] cut : new byte[][] {{}, {4}, new byte[65], new byte[64]}) {
      assertThat(key.open(new SecretsKey.Sealed(cut, good.ciphertext()), INFO)).isEmpty();
      assertThat(key.open(new SecretsKey.Sealed(good.encapsulated(), cut), INFO)).isEmpty();
    }
  }

  @Test
  void isWorthNothingAfterItWasClosed() {
    SecretsKey.Sealed good = sealed();
    key.close();
    assertThatThrownBy(() -> key.open(good, INFO)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isThePrivatePartOfItsPublicKeyOrNothing() {
    PublicJwk another = PublicJwk.of((ECPublicKey) TestVerifier.keyPair().getPublic());
    byte[] scalar = key.scalar();
    assertThatThrownBy(() -> SecretsKey.of(scalar, another))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closesWithTheRequestKeyItWasReleasedWith() {
    RequestKey request = RequestKey.of(key.scalar(), key.publicKey(), key, TestHost.RANDOM);
    request.close();
    assertThatThrownBy(key::scalar).isInstanceOf(IllegalStateException.class);
  }
}
