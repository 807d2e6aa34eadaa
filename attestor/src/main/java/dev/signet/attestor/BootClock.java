// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

/**
 * TPMS_CLOCK_INFO (TPM 2.0 Library Part 2, 10.11.1): which boot this is and how long the TPM ran.
 *
 * @param clockMillis milliseconds of power-on time; may go back after an unorderly shutdown
 * @param resetCount TPM Resets since the last TPM2_Clear, u32
 * @param restartCount TPM Restarts and Resumes since the last Reset, u32
 * @param safe whether no greater clock value can have been seen before
 */
public record BootClock(long clockMillis, long resetCount, long restartCount, boolean safe) {
  /** Whether two readings are of the same boot of the same TPM. */
  public boolean sameBoot(BootClock other) {
    return resetCount == other.resetCount && restartCount == other.restartCount;
  }
}
