// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.Refusal;

/**
 * What became of a host's request.
 *
 * @param <T> the answer's type
 */
public sealed interface Judgement<T> {
  record Granted<T>(T answer) implements Judgement<T> {}

  /**
   * @param detail for the log only
   * @param decision under which the audit log has the detail; null where nobody was authenticated
   */
  record Refused<T>(Refusal reason, String detail, String decision) implements Judgement<T> {}
}
