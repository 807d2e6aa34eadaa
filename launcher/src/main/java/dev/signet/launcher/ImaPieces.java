// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.Limits;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;

/** Whether to send evidence once more because of IMA's log. Bounded, whatever the verifier says. */
final class ImaPieces {
  private static final int MOST_PIECES = Limits.IMA_LOG_BYTES / Limits.IMA_PIECE_BYTES;

  /**
   * The verifier may have had another position than the log can be read from, and two agents of one
   * host may have overtaken each other.
   */
  private static final int MOST_RESTARTS = 2;

  private int pieces;
  private int restarts;

  boolean goOn(ProblemDetails problem) {
    if (Refusal.IMA_LOG_CONTINUES.name().equals(problem.reason())) {
      return ++pieces < MOST_PIECES;
    }
    return Refusal.IMA_LOG_DOES_NOT_REPLAY.name().equals(problem.reason())
        && ++restarts <= MOST_RESTARTS;
  }
}
