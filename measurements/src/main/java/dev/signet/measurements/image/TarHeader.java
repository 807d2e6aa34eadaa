// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.util.Arrays;

/**
 * One entry of a tar archive as POSIX.1-2017 (pax, ustar) and GNU tar write it: the last word on
 * each member, extended headers already applied. Names are bytes as they came.
 *
 * @param type the type flag, {@code '0'} for a file
 * @param link a link's target; empty where there is none
 */
record TarHeader(
    char type, byte[] name, byte[] link, int mode, long uid, long gid, long size, long modified) {
  static final int BLOCK_BYTES = 512;
  static final char FILE = '0';
  static final char HARD_LINK = '1';
  static final char SYMBOLIC_LINK = '2';
  static final char CHARACTER_DEVICE = '3';
  static final char BLOCK_DEVICE = '4';
  static final char DIRECTORY = '5';
  static final char NAMED_PIPE = '6';
  static final char PAX = 'x';
  static final char PAX_GLOBAL = 'g';
  static final char GNU_LONG_NAME = 'L';
  static final char GNU_LONG_LINK = 'K';
  static final char GNU_SPARSE = 'S';

  private static final int CHECKSUM_AT = 148;

  /** Reads one block, whose checksum must be right. */
  static TarHeader parse(byte[] block) throws RefusedImageException {
    long sum = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? ' ' : block[i] & 0xff;
    }
    if (sum != number(block, CHECKSUM_AT, 8)) {
      throw bad("expected a header with a right checksum, got other bytes");
    }
    boolean posix = matches(block, "ustar\00000");
    if (!posix && !matches(block, "ustar  \0")) {
      throw bad("expected an archive in the POSIX or GNU format");
    }
    byte[] name = text(block, 0, 100);
    byte[] prefix = posix ? text(block, 345, 155) : new byte[0];
    char type = block[156] == 0 ? FILE : (char) (block[156] & 0xff);
    return new TarHeader(
        type,
        prefix.length == 0 ? name : joined(prefix, name),
        text(block, 157, 100),
        (int) (number(block, 100, 8) & 07777),
        number(block, 108, 8),
        number(block, 116, 8),
        number(block, 124, 12),
        number(block, 136, 12));
  }

  /** Whether an entry of this type may have content. */
  boolean mayHaveContent() {
    return type == FILE
        || type == PAX
        || type == PAX_GLOBAL
        || type == GNU_LONG_NAME
        || type == GNU_LONG_LINK;
  }

  private static boolean matches(byte[] block, String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (block[257 + i] != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] text(byte[] block, int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, from, end);
  }

  private static byte[] joined(byte[] prefix, byte[] name) {
    byte[] all = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    all[prefix.length] = '/';
    System.arraycopy(name, 0, all, prefix.length + 1, name.length);
    return all;
  }

  /** Octal digits, or GNU's base 256 where the first bit is set; 0 or more. */
  private static long number(byte[] block, int from, int length) throws RefusedImageException {
    if (block[from] == (byte) 0x80) {
      long value = 0;
      for (int i = from + 1; i < from + length; i++) {
        if (value >>> 55 != 0) {
          throw bad("expected a number of at most 63 bits in a header");
        }
        value = value << 8 | block[i] & 0xff;
      }
      return value;
    }
    int at = from;
    int end = from + length;
    while (at < end && block[at] == ' ') {
      at++;
    }
    long value = 0;
    while (at < end && block[at] >= '0' && block[at] <= '7') {
      value = value << 3 | block[at++] - '0';
    }
    for (; at < end; at++) {
      if (block[at] != ' ' && block[at] != 0) {
        throw bad("expected octal digits in a header");
      }
    }
    return value;
  }

  static RefusedImageException bad(String why) {
    return new RefusedImageException(Reason.BAD_TAR, "a layer's archive: " + why);
  }
}
