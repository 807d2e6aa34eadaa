// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.util.Arrays;

/**
 * Reads a firmware event log: little-endian, sizes before content. Checks every size against what
 * remains before it copies anything.
 */
final class LogReader {
  private final byte[] bytes;
  private final String structure;
  private int at;

  /**
   * @param structure its name, for messages
   */
  LogReader(byte[] bytes, String structure) {
    this.bytes = bytes;
    this.structure = structure;
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  int u8(String field) throws MalformedEventLogException {
    need(1, field);
    return bytes[at++] & 0xFF;
  }

  int u16(String field) throws MalformedEventLogException {
    need(2, field);
    return u8(field) | u8(field) << 8;
  }

  long u32(String field) throws MalformedEventLogException {
    need(4, field);
    return u16(field) | (long) u16(field) << 16;
  }

  /** A u64, as 64 bits: negative from 2^63 on. */
  long u64(String field) throws MalformedEventLogException {
    need(8, field);
    return u32(field) | u32(field) << 32;
  }

  Bytes exactly(long size, String field) throws MalformedEventLogException {
    need(size, field);
    Bytes value = Bytes.of(Arrays.copyOfRange(bytes, at, at + (int) size));
    at += (int) size;
    return value;
  }

  void end() throws MalformedEventLogException {
    if (!atEnd()) {
      throw malformed("nothing after the last field", (bytes.length - at) + " bytes");
    }
  }

  MalformedEventLogException malformed(String expected, Object got) {
    return new MalformedEventLogException(
        "%s, byte %d: expected %s, got %s".formatted(structure, at, expected, got));
  }

  private void need(long size, String field) throws MalformedEventLogException {
    if (size < 0 || bytes.length - at < size) {
      throw malformed(field + " of " + size + " bytes", (bytes.length - at) + " bytes to the end");
    }
  }
}
