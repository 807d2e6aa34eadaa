// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;

/**
 * The key to one agent's secrets, released by the TPM together with the request key and in memory
 * until that is closed. Whoever has its public part encrypts (HPKE, RFC 9180: base mode,
 * DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), so that putting a secret needs no release.
 *
 * <p>Safe for use by several threads.
 */
public final class SecretsKey implements AutoCloseable {
  private static final byte[] REF_LABEL =
      "signet-secrets-key-v1".getBytes(StandardCharsets.US_ASCII);

  /** Of an encapsulated key: an uncompressed point. */
  static final int ENCAPSULATED = 65;

  private final PublicJwk publicKey;
  private final byte[] scalar;
  private boolean closed;

  /** An encrypted secret. */
  record Sealed(byte[] encapsulated, byte[] ciphertext) {}

  private SecretsKey(byte[] scalar, PublicJwk publicKey) {
    this.scalar = scalar;
    this.publicKey = publicKey;
  }

  /**
   * @param scalar 32 bytes; copied
   * @throws IllegalArgumentException if it is not the private part of {@code publicKey}
   */
  static SecretsKey of(byte[] scalar, PublicJwk publicKey) {
    RequestKey.requirePair(scalar, publicKey);
    return new SecretsKey(scalar.clone(), publicKey);
  }

  /** What a sealed object's policy says of its secrets key. */
  static byte[] ref(PublicJwk publicKey) {
    return TpmCrypto.sha256(REF_LABEL, new byte[1], publicKey.point());
  }

  public PublicJwk publicKey() {
    return publicKey;
  }

  /**
   * Encrypts to the holder of {@code to}.
   *
   * @param info what the secret is for, bound into the keys
   */
  static Sealed seal(PublicJwk to, byte[] info, byte[] secret, SecureRandom random) {
    HPKE hpke = hpke();
    var recipient = (ECPublicKeyParameters) hpke.deserializePublicKey(uncompressed(to));
    ECKeyPairGenerator ephemeral = new ECKeyPairGenerator();
    ephemeral.init(new ECKeyGenerationParameters(recipient.getParameters(), random));
    HPKEContextWithEncapsulation context =
        hpke.setupBaseS(recipient, info, ephemeral.generateKeyPair());
    try {
      return new Sealed(context.getEncapsulation(), context.seal(Octets.NONE, secret));
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("encrypting does not judge ciphertexts", e);
    }
  }

  /**
   * Decrypts.
   *
   * @return what the caller zeroes; empty if it was not encrypted to this key for {@code info}
   * @throws IllegalStateException if the key was closed
   */
  Optional<byte[]> open(Sealed sealed, byte[] info) {
    if (sealed.encapsulated().length != ENCAPSULATED) {
      return Optional.empty();
    }
    byte[] secret = scalar();
    HPKE hpke = hpke();
    try {
      AsymmetricCipherKeyPair pair = hpke.deserializePrivateKey(secret, uncompressed(publicKey));
      return Optional.of(
          hpke.setupBaseR(sealed.encapsulated(), pair, info)
              .open(Octets.NONE, sealed.ciphertext()));
    } catch (InvalidCipherTextException | IllegalArgumentException e) {
      // Altered, another's, or no point on the curve: to the caller it is one thing.
      return Optional.empty();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  synchronized byte[] scalar() {
    if (closed) {
      throw new IllegalStateException("the secrets key was closed");
    }
    return scalar.clone();
  }

  private static HPKE hpke() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_P256_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  private static byte[] uncompressed(PublicJwk key) {
    return Octets.concat(new byte[] {4}, key.point());
  }

  @Override
  public synchronized void close() {
    Arrays.fill(scalar, (byte) 0);
    closed = true;
  }

  @Override
  public String toString() {
    return "SecretsKey[" + publicKey.thumbprint() + "]";
  }
}
