// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;

/**
 * Proof that an NV register was opened in this boot before anything else was measured into its PCR:
 * a quote of that PCR alone. Kept on disk for all evidence of the boot; the PCR moves on.
 *
 * @param attest TPMS_ATTEST
 * @param signature TPMT_SIGNATURE
 */
record RegisterOpening(long resetCount, long restartCount, Bytes attest, Bytes signature) {
  static final String FILE = "opening.json";

  RegisterOpening {
    if (attest == null || signature == null) {
      throw new IllegalArgumentException("expected a quote");
    }
  }

  boolean isOf(BootClock clock) {
    return resetCount == clock.resetCount() && restartCount == clock.restartCount();
  }
}
