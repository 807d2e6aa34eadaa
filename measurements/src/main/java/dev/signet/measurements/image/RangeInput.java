// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A part of an open file. */
final class RangeInput extends InputStream {
  private final FileChannel file;
  private long at;
  private long left;

  RangeInput(FileChannel file, long offset, long size) {
    this.file = file;
    at = offset;
    left = size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    int read =
        left == 0 ? -1 : file.read(ByteBuffer.wrap(to, offset, (int) Math.min(length, left)), at);
    if (read > 0) {
      at += read;
      left -= read;
    }
    return read;
  }

  @Override
  public long skip(long n) {
    long skipped = Math.clamp(n, 0, left);
    at += skipped;
    left -= skipped;
    return skipped;
  }
}
