// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

/** Remembers which signatures were used. Shared by all threads; it never forgets too early. */
public interface ReplayGuard {
  /** What became of an attempt to use a nonce. */
  enum Outcome {
    /** Never seen, and from now on remembered. */
    FRESH,
    /** Used before. */
    REPLAYED,
    /** There is no room to remember it, so it must not be accepted. */
    FULL,
    /** Created at a time for which this guard has no memory. */
    BEFORE_MEMORY
  }

  /**
   * Uses a nonce of a key. Called only for good and fresh signatures, so that nobody else can fill
   * the memory.
   *
   * @param created the signature's creation, seconds since 1970
   * @param expires the signature's end, seconds since 1970
   * @param now seconds since 1970
   */
  Outcome use(String keyThumbprint, String nonce, long created, long expires, long now);
}
