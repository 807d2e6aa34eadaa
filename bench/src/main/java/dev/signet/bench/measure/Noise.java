// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.measure;

import java.io.IOException;
import java.io.OutputStream;

/** Random bytes, made faster than a disk takes them. */
final class Noise {
  private static final int PIECE_LONGS = 32 * 1024;

  private final int mask;
  private long state = 0x9e37_79b9_7f4a_7c15L;

  /**
   * @param mask bits that vary; with all eight, nothing compresses
   */
  Noise(int mask) {
    this.mask = mask;
  }

  void write(OutputStream out, long bytes) throws IOException {
    byte[] piece = new byte[PIECE_LONGS * Long.BYTES];
    for (long left = bytes; left > 0; left -= piece.length) {
      for (int i = 0; i < piece.length; i += Long.BYTES) {
        // xorshift64 (Marsaglia 2003)
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        long word = state;
        for (int j = 0; j < Long.BYTES; j++) {
          piece[i + j] = (byte) (word >>> 8 * j & mask);
        }
      }
      out.write(piece, 0, (int) Math.min(left, piece.length));
    }
  }
}
