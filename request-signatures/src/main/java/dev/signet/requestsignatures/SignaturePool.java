// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Prepared {@link Signature} objects of one key. They are costly to prepare and not safe for two
 * threads, so that each use takes one out; thread locals would not do with virtual threads.
 */
final class SignaturePool {
  /** Makes an object that is initialized with the key. */
  interface Source {
    Signature prepare() throws GeneralSecurityException;
  }

  /** What is done with a prepared object. */
  interface Use<T> {
    T with(Signature signature) throws SignatureException;
  }

  private static final int SLOTS = 8;

  private final AtomicReferenceArray<Signature> idle = new AtomicReferenceArray<>(SLOTS);
  private final Source source;

  SignaturePool(Source source) {
    this.source = source;
  }

  /** An object that a use threw at is not used again. */
  <T> T use(Use<T> use) throws GeneralSecurityException {
    int first = (int) Thread.currentThread().getId() & SLOTS - 1;
    Signature signature = take(first);
    T result = use.with(signature);
    giveBack(signature, first);
    return result;
  }

  private Signature take(int first) throws GeneralSecurityException {
    for (int i = 0; i < SLOTS; i++) {
      int slot = first + i & SLOTS - 1;
      if (idle.getPlain(slot) != null) {
        Signature signature = idle.getAndSet(slot, null);
        if (signature != null) {
          return signature;
        }
      }
    }
    return source.prepare();
  }

  private void giveBack(Signature signature, int first) {
    for (int i = 0; i < SLOTS; i++) {
      if (idle.compareAndSet(first + i & SLOTS - 1, null, signature)) {
        return;
      }
    }
  }
}
