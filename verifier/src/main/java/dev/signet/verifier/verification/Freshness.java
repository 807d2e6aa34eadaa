// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;

/** How a quote's clock stands to the last one accepted from the same attestation key. */
public enum Freshness {
  SAME_BOOT,
  /** The TPM was reset or restarted in between; nothing that was judged before holds. */
  NEW_BOOT;

  /**
   * Compares resetCount, then restartCount (which returns to 0 at a reset), then the clock.
   *
   * @param last of the last quote accepted from this attestation key
   * @return refused with {@link Refusal#CLOCK_ROLLED_BACK} if the TPM was cleared, or its state was
   *     restored or cloned
   */
  public static Verification<Freshness> compare(ClockInfo last, ClockInfo now) {
    boolean sameReset = now.resetCount() == last.resetCount();
    boolean sameBoot = sameReset && now.restartCount() == last.restartCount();
    boolean countersBack =
        now.resetCount() < last.resetCount()
            || (sameReset && now.restartCount() < last.restartCount());
    // After a loss of power (not safe) the clock may begin below what it was in the boot before.
    boolean clockBack = now.clock() < last.clock() && (sameBoot || now.safe());
    if (countersBack || clockBack) {
      return new Refused<>(Refusal.CLOCK_ROLLED_BACK, "last accepted " + last + ", now " + now);
    }
    return new Authentic<>(sameBoot ? SAME_BOOT : NEW_BOOT);
  }
}
