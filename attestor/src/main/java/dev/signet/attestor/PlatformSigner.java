// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A provider's ECDSA with one P-256 key. Signature objects are used again, since preparing one
 * costs a tenth of a signature; each is one thread's at a time. The key and they go when the
 * garbage collector takes this.
 *
 * <p>Safe for use by several threads.
 */
final class PlatformSigner {
  private static final String ALGORITHM = "SHA256withECDSAinP1363Format";

  /** As many as sign at one time: a proxy has up to four event loops. */
  private static final int KEPT = 4;

  private final Queue<Signature> idle = new ArrayBlockingQueue<>(KEPT);
  private final PrivateKey key;
  private final Provider provider;

  private PlatformSigner(PrivateKey key, Provider provider) {
    this.key = key;
    this.provider = provider;
  }

  /**
   * @throws GeneralSecurityException if the provider does not take the key
   */
  static PlatformSigner of(PrivateKey key, Provider provider) throws GeneralSecurityException {
    PlatformSigner signer = new PlatformSigner(key, provider);
    signer.idle.add(signer.prepare());
    return signer;
  }

  private Signature prepare() throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM, provider);
    signature.initSign(key);
    return signature;
  }

  /**
   * ECDSA-SHA256 over {@code data}.
   *
   * @return 64 bytes r || s
   */
  byte[] sign(byte[] data) {
    try {
      Signature kept = idle.poll();
      Signature signature = kept == null ? prepare() : kept;
      signature.update(data);
      byte[] made = signature.sign();
      // One that threw is not used again; one too many is left to the collector.
      idle.offer(signature);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the provider signed before and does not now", e);
    }
  }
}
