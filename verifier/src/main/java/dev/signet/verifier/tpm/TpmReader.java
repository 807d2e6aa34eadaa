// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import java.util.Arrays;

/**
 * Reads one TPM structure (TPM 2.0 Library Part 2: big-endian, sizes before content). Checks every
 * size against what remains before it copies anything.
 */
final class TpmReader {
  private final byte[] bytes;
  private final String structure;
  private int at;

  /**
   * @param structure its name in the specification, for messages
   */
  TpmReader(byte[] bytes, String structure) throws MalformedTpmStructureException {
    this.bytes = bytes;
    this.structure = structure;
    if (bytes.length > Limits.TPM_STRUCTURE_BYTES) {
      throw malformed("at most " + Limits.TPM_STRUCTURE_BYTES + " bytes", bytes.length);
    }
  }

  int u8(String field) throws MalformedTpmStructureException {
    need(1, field);
    return bytes[at++] & 0xFF;
  }

  int u16(String field) throws MalformedTpmStructureException {
    return u8(field) << 8 | u8(field);
  }

  long u32(String field) throws MalformedTpmStructureException {
    return (long) u16(field) << 16 | u16(field);
  }

  /** A u64, as 64 bits: negative from 2^63 on. */
  long u64(String field) throws MalformedTpmStructureException {
    return u32(field) << 32 | u32(field);
  }

  Bytes exactly(int size, String field) throws MalformedTpmStructureException {
    need(size, field);
    Bytes value = Bytes.of(Arrays.copyOfRange(bytes, at, at + size));
    at += size;
    return value;
  }

  /** A TPM2B: u16 size, then so many bytes. */
  Bytes sized(int max, String field) throws MalformedTpmStructureException {
    int size = u16(field);
    if (size > max) {
      throw malformed(field + " of at most " + max + " bytes", size);
    }
    return exactly(size, field);
  }

  /** Bytes with their size, at least {@code min} and at most {@code max}, before them. */
  Bytes sized(int min, int max, String field) throws MalformedTpmStructureException {
    Bytes bytes = sized(max, field);
    if (bytes.size() < min) {
      throw malformed(field + " of at least " + min + " bytes", bytes.size());
    }
    return bytes;
  }

  /** A u16 that can only be {@code value}. */
  void constant(int value, String field) throws MalformedTpmStructureException {
    int got = u16(field);
    if (got != value) {
      throw malformed("%s %04x".formatted(field, value), "%04x".formatted(got));
    }
  }

  void end() throws MalformedTpmStructureException {
    if (at != bytes.length) {
      throw malformed("nothing after the last field", (bytes.length - at) + " bytes");
    }
  }

  MalformedTpmStructureException malformed(String expected, Object got) {
    return new MalformedTpmStructureException(
        structure + ": expected " + expected + ", got " + got);
  }

  private void need(int size, String field) throws MalformedTpmStructureException {
    if (bytes.length - at < size) {
      throw malformed(field + " of " + size + " bytes", (bytes.length - at) + " bytes");
    }
  }
}
