// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

/**
 * TPMS_CLOCK_INFO (Part 2 section 10.11.1).
 *
 * @param clock milliseconds that the TPM was powered, since its last TPM2_Clear
 * @param resetCount TPM Resets since the last TPM2_Clear, u32
 * @param restartCount TPM Restarts and Resumes since the last TPM Reset, u32
 * @param safe no greater clock was ever reported; false after a loss of power
 */
public record ClockInfo(long clock, long resetCount, long restartCount, boolean safe) {
  /** No TPM runs for 146 million years; leaves room to add to a clock. */
  static final long CLOCK_MAX = (1L << 62) - 1;

  private static final long U32_MAX = 0xFFFF_FFFFL;

  public ClockInfo {
    if (clock < 0
        || clock > CLOCK_MAX
        || resetCount < 0
        || resetCount > U32_MAX
        || restartCount < 0
        || restartCount > U32_MAX) {
      throw new IllegalArgumentException("expected a clock below 2^62 and counters below 2^32");
    }
  }

  @Override
  public String toString() {
    return "reset %d, restart %d, clock %d ms%s"
        .formatted(resetCount, restartCount, clock, safe ? "" : " (not safe)");
  }
}
