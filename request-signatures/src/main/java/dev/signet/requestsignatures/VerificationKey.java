// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.SignatureException;

/**
 * A public key, checked and prepared once for the chosen provider. Keep it for as long as the key
 * is in use: preparing costs more than a check. Safe for use by many threads.
 */
public final class VerificationKey {
  private final SignatureAlgorithm algorithm;
  private final PublicKey publicKey;
  private final String thumbprint;
  private final SignaturePool pool;

  private VerificationKey(
      SignatureAlgorithm algorithm, PublicKey publicKey, String thumbprint, SignaturePool pool) {
    this.algorithm = algorithm;
    this.publicKey = publicKey;
    this.thumbprint = thumbprint;
    this.pool = pool;
  }

  /**
   * Prepares a key.
   *
   * @throws InvalidKeyException if it is neither on P-256 nor an Ed25519 key
   */
  public static VerificationKey of(PublicKey key, SignatureProviders providers)
      throws InvalidKeyException {
    SignatureAlgorithm algorithm = PublicKeys.algorithmOf(key);
    PublicKey translated = providers.translate(algorithm, key);
    return new VerificationKey(
        algorithm,
        translated,
        PublicKeys.thumbprint(algorithm, key),
        new SignaturePool(() -> providers.verifier(algorithm, translated)));
  }

  /**
   * Prepares a P-256 key from its affine coordinates, 32 bytes each, as in a JWK.
   *
   * @throws InvalidKeyException if that is no point of the curve
   */
  public static VerificationKey p256(byte[] x, byte[] y, SignatureProviders providers)
      throws InvalidKeyException {
    return of(PublicKeys.p256(x, y), providers);
  }

  /**
   * Prepares an Ed25519 key from its 32 bytes, as in a JWK.
   *
   * @throws InvalidKeyException if those are no such key
   */
  public static VerificationKey ed25519(byte[] x, SignatureProviders providers)
      throws InvalidKeyException {
    return of(PublicKeys.ed25519(x), providers);
  }

  public SignatureAlgorithm algorithm() {
    return algorithm;
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  /** The JWK thumbprint with SHA-256, in base64url (RFC 7638). */
  public String thumbprint() {
    return thumbprint;
  }

  /**
   * Checks a bare signature over bytes: 64 bytes, r and s for P-256. False for whatever is not this
   * key's signature, malformed ones among them.
   */
  public boolean verify(byte[] message, byte[] signature) {
    if (!SignatureRange.contains(algorithm, signature)) {
      return false;
    }
    try {
      return pool.use(
          prepared -> {
            prepared.update(message);
            return prepared.verify(signature);
          });
    } catch (SignatureException e) {
      // Providers throw this for points that a peer can put into an Ed25519 signature.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the provider no longer takes a key that it took", e);
    }
  }

  @Override
  public String toString() {
    return algorithm.registeredName() + ' ' + thumbprint;
  }
}
