// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;

/**
 * What every TPMS_ATTEST begins with (Part 2 section 10.12.12), up to the union that its type
 * chooses.
 */
record AttestHeader(
    Bytes qualifiedSigner, Bytes extraData, ClockInfo clockInfo, long firmwareVersion) {
  static final int MAX_HASH_BYTES = 64;
  static final int MAX_NAME_BYTES = 2 + MAX_HASH_BYTES;

  /**
   * Reads it.
   *
   * @param type TPMI_ST_ATTEST, the only one accepted
   */
  static AttestHeader read(TpmReader in, int type) throws MalformedTpmStructureException {
    long magic = in.u32("magic");
    if (magic != TpmConstants.GENERATED) {
      throw in.malformed("magic ff544347, made by a TPM", "%08x".formatted(magic));
    }
    in.constant(type, "type");
    Bytes qualifiedSigner = in.sized(MAX_NAME_BYTES, "qualifiedSigner");
    Bytes extraData = in.sized(MAX_NAME_BYTES, "extraData");
    ClockInfo clockInfo = clockInfo(in);
    return new AttestHeader(qualifiedSigner, extraData, clockInfo, in.u64("firmwareVersion"));
  }

  private static ClockInfo clockInfo(TpmReader in) throws MalformedTpmStructureException {
    long clock = in.u64("clock");
    if (clock < 0 || clock > ClockInfo.CLOCK_MAX) {
      throw in.malformed("clock below 2^62 ms", Long.toUnsignedString(clock));
    }
    long resetCount = in.u32("resetCount");
    long restartCount = in.u32("restartCount");
    int safe = in.u8("safe");
    if (safe > 1) {
      throw in.malformed("safe 0 or 1", safe);
    }
    return new ClockInfo(clock, resetCount, restartCount, safe == 1);
  }
}
