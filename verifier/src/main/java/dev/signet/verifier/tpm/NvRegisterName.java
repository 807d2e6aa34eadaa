// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.nio.ByteBuffer;

/**
 * The Name that an NV index must have to be a launch register: it says everything about the index
 * but its authorization value (Part 1 section 16; TPMS_NV_PUBLIC, Part 2 section 13.5).
 */
public final class NvRegisterName {
  /**
   * TPMA_NV (Part 2 section 13.4): POLICYWRITE, TPM_NT_EXTEND, AUTHREAD, NO_DA, ORDERLY,
   * CLEAR_STCLEAR, and WRITTEN. Who has only the owner's authorization can neither read nor write.
   */
  private static final int ATTRIBUTES = 0x2E04_0048;

  private NvRegisterName() {}

  /**
   * The Name of the index once it has been written in this boot.
   *
   * @param pcr must be as after a reset for the first write of a boot
   */
  public static Bytes of(long index, int pcr) {
    ByteBuffer out = ByteBuffer.allocate(46);
    out.putInt((int) index).putShort((short) TpmConstants.ALG_SHA256).putInt(ATTRIBUTES);
    out.putShort((short) Digest.BYTES).put(writePolicy(pcr).toArray());
    out.putShort((short) Digest.BYTES);
    return TpmNames.name(Bytes.of(out.array()));
  }

  /**
   * Either: nothing was written yet in this boot, the PCR is untouched, and the index's
   * authorization value; or: something was written, and that value.
   */
  private static Digest writePolicy(int pcr) {
    Digest untouched = Digest.hash(new byte[Digest.BYTES]);
    PolicyDigest first =
        PolicyDigest.start()
            .pcr(new PcrSelection(java.util.List.of(pcr)), untouched)
            .nvWritten(false)
            .authValue();
    PolicyDigest later = PolicyDigest.start().nvWritten(true).authValue();
    return PolicyDigest.or(first, later).value();
  }
}
