// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Big-endian integers and concatenation, as TPM structures want them. */
final class Octets {
  static final byte[] NONE = {};

  private Octets() {}

  static byte[] u16(int value) {
    return ByteBuffer.allocate(2).putShort((short) value).array();
  }

  static byte[] u32(long value) {
    return ByteBuffer.allocate(4).putInt((int) value).array();
  }

  static byte[] u64(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  /** A TPM2B: u16 size and the bytes. */
  static byte[] sized(byte[] value) {
    return concat(u16(value.length), value);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** A non-negative integer in exactly {@code length} bytes. */
  static byte[] fixed(BigInteger value, int length) {
    byte[] raw = value.toByteArray();
    int from = raw.length > 1 && raw[0] == 0 ? 1 : 0;
    if (value.signum() < 0 || raw.length - from > length) {
      throw new IllegalArgumentException("expected an integer of at most " + length + " bytes");
    }
    byte[] out = new byte[length];
    System.arraycopy(raw, from, out, length - (raw.length - from), raw.length - from);
    return out;
  }

  /** The same with leading zeros, which some TPMs strip. */
  static byte[] padded(byte[] value, int length) {
    return fixed(new BigInteger(1, value), length);
  }

  /** An authorization value as the TPM keeps it: without zeros at its end (Part 1, 19.6.4.3). */
  static byte[] withoutTrailingZeros(byte[] value) {
    int length = value.length;
    while (length > 0 && value[length - 1] == 0) {
      length--;
    }
    return Arrays.copyOf(value, length);
  }
}
