// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.Refusal;

/** What became of one envelope. Being refused is an ordinary outcome, not an exception. */
public sealed interface StatementVerification {
  /** Signed by a pinned key, well-formed and in its validity. */
  record Verified(VerifiedStatement statement) implements StatementVerification {}

  /**
   * Not to be believed.
   *
   * @param reason {@code STATEMENT_MALFORMED}, {@code STATEMENT_UNTRUSTED} or, for a statement that
   *     is authentic but not valid now, {@code STATEMENT_EXPIRED}
   * @param detail what was expected and what came
   */
  record Refused(Refusal reason, String detail) implements StatementVerification {}
}
