// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.NvRegister;
import java.util.List;

/**
 * The NV index that is a launch register: only its policy writes to it, only its authorization
 * value reads it ({@code docs/protocol.md}, Launch register).
 *
 * @param handle of the owner's range
 * @param pcr that moves with the register, and must be untouched for the first write of a boot
 */
record RegisterIndex(int handle, int pcr) {
  static final int DEFAULT_HANDLE = 0x0181_5101;
  static final int BYTES = 32;

  /** POLICYWRITE, TPM_NT_EXTEND, AUTHREAD, NO_DA, ORDERLY, CLEAR_STCLEAR (Part 2, 13.4). */
  static final int ATTRIBUTES = 0x0e04_0048;

  static final int WRITTEN = 1 << 29;

  RegisterIndex {
    if (!NvRegister.isHandle(handle)) {
      throw new IllegalArgumentException(
          "expected an NV handle of 0x01800000 to 0x01bfffff, got 0x"
              + Integer.toHexString(handle));
    }
    LaunchRegister.requireSuitable(pcr);
  }

  /** Policy of the first write of a boot: nothing was measured into the PCR yet. */
  byte[] firstWritePolicy() {
    byte[] untouched = TpmCrypto.sha256(new byte[32]);
    return PolicyDigest.authValue(
        PolicyDigest.nvWritten(
            PolicyDigest.pcr(PolicyDigest.start(), List.of(pcr), untouched), false));
  }

  /** Policy of every other write. */
  byte[] laterWritePolicy() {
    return PolicyDigest.authValue(PolicyDigest.nvWritten(PolicyDigest.start(), true));
  }

  byte[] policy() {
    return PolicyDigest.or(firstWritePolicy(), laterWritePolicy());
  }

  /**
   * TPMS_NV_PUBLIC.
   *
   * @param written in this boot
   */
  byte[] publicArea(boolean written) {
    return Octets.concat(
        Octets.u32(handle),
        Octets.u16(PublicArea.SHA256),
        Octets.u32(written ? ATTRIBUTES | WRITTEN : ATTRIBUTES),
        Octets.sized(policy()),
        Octets.u16(BYTES));
  }

  byte[] name(boolean written) {
    return Octets.concat(Octets.u16(PublicArea.SHA256), TpmCrypto.sha256(publicArea(written)));
  }

  /** The written index, with its authorization value. */
  Entity entity(boolean written, byte[] auth) {
    return Entity.object(handle, name(written), auth);
  }

  @Override
  public String toString() {
    return "NV 0x%08x".formatted(handle);
  }
}
