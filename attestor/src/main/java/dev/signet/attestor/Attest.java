// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Arrays;

/**
 * A TPMS_ATTEST of a quote as the TPM sent it (TPM 2.0 Library Part 2, 10.12.8), read only to match
 * it with PCR values. The verifier reads it for itself.
 *
 * @param bitmap of the one SHA-256 selection
 */
record Attest(byte[] encoded, byte[] extraData, BootClock clock, byte[] bitmap, byte[] pcrDigest) {
  static Attest parse(byte[] encoded) throws IOException {
    TpmReader in = new TpmReader("quote", encoded);
    in.expect(0xff544347L, in.u32(), "magic");
    in.expect(0x8018, in.u16(), "attest type (quote)");
    in.sized(66);
    byte[] extraData = in.sized(64);
    BootClock clock = new BootClock(in.u64(), in.u32(), in.u32(), in.yesNo());
    in.u64();
    in.expect(1, in.u32(), "number of PCR selections");
    in.expect(PublicArea.SHA256, in.u16(), "PCR bank");
    byte[] bitmap = in.bytes(in.u8());
    byte[] pcrDigest = in.sized(64);
    in.end();
    return new Attest(encoded, extraData, clock, bitmap, pcrDigest);
  }

  boolean isOver(byte[] expectedExtraData, byte[] expectedBitmap) {
    return Arrays.equals(extraData, expectedExtraData) && Arrays.equals(bitmap, expectedBitmap);
  }
}
