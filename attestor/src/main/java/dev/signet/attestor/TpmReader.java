// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads what came from a TPM. Every size is checked against what is there before anything is
 * allocated, and nothing may be left over.
 */
final class TpmReader {
  private final String what;
  private final ByteBuffer buffer;

  TpmReader(String what, byte[] bytes) {
    this.what = what;
    this.buffer = ByteBuffer.wrap(bytes);
  }

  int u8() throws IOException {
    need(1);
    return buffer.get() & 0xff;
  }

  int u16() throws IOException {
    need(2);
    return buffer.getShort() & 0xffff;
  }

  int i32() throws IOException {
    need(4);
    return buffer.getInt();
  }

  long u32() throws IOException {
    return i32() & 0xffffffffL;
  }

  long u64() throws IOException {
    need(8);
    return buffer.getLong();
  }

  byte[] bytes(int length) throws IOException {
    need(length);
    byte[] out = new byte[length];
    buffer.get(out);
    return out;
  }

  /** A TPM2B of at most {@code max} bytes. */
  byte[] sized(int max) throws IOException {
    int length = u16();
    if (length > max) {
      throw malformed("expected at most " + max + " bytes in a sized buffer, announced " + length);
    }
    return bytes(length);
  }

  /** The count of a list of at most {@code max} elements. */
  int count(int max) throws IOException {
    long count = u32();
    if (count > max) {
      throw malformed("expected a list of at most " + max + ", announced " + count);
    }
    return (int) count;
  }

  boolean yesNo() throws IOException {
    int value = u8();
    if (value > 1) {
      throw malformed("expected 0 or 1, got " + value);
    }
    return value == 1;
  }

  void expect(long expected, long actual, String name) throws IOException {
    if (expected != actual) {
      throw malformed(
          "expected "
              + name
              + " 0x"
              + Long.toHexString(expected)
              + ", got 0x"
              + Long.toHexString(actual));
    }
  }

  byte[] rest() {
    byte[] out = new byte[buffer.remaining()];
    buffer.get(out);
    return out;
  }

  int remaining() {
    return buffer.remaining();
  }

  void end() throws IOException {
    if (buffer.hasRemaining()) {
      throw malformed(buffer.remaining() + " bytes too many");
    }
  }

  private void need(int length) throws IOException {
    if (length < 0 || length > buffer.remaining()) {
      throw malformed("expected " + length + " more bytes, there are " + buffer.remaining());
    }
  }

  private IOException malformed(String detail) {
    return new IOException("malformed " + what + " from the TPM: " + detail);
  }
}
