// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Refusal;

/**
 * What became of one thing that was to be verified. Being refused is an ordinary outcome, not an
 * exception.
 *
 * @param <T> what is known to be true afterwards
 */
public sealed interface Verification<T> {
  /** It is authentic; the value is the proof. */
  record Authentic<T>(T value) implements Verification<T> {}

  /**
   * It is not.
   *
   * @param detail both sides, for the audit log
   */
  record Refused<T>(Refusal reason, String detail) implements Verification<T> {}
}
