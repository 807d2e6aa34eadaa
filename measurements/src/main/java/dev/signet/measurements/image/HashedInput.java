// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;

/** Counts and hashes what is read through it; nothing can be read past it unseen. */
abstract class HashedInput extends InputStream {
  private static final int SKIP_BYTES = 256 * 1024;

  private final InputStream in;
  private final MessageDigest hash = Digest.sha256();
  private long count;
  private byte[] skipped;

  HashedInput(InputStream in) {
    this.in = in;
  }

  /** Called after each read, before what was read is handed on. */
  abstract void counted(int read) throws IOException;

  final long count() {
    return count;
  }

  /** Of everything so far; to be asked once. */
  final Digest digest() {
    return Digest.ofDigest(hash.digest());
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    int read = in.read(to, offset, length);
    if (read > 0) {
      count += read;
      hash.update(to, offset, read);
      counted(read);
    }
    return read;
  }

  /** Reads, since what is skipped is hashed too. */
  @Override
  public final long skip(long n) throws IOException {
    if (skipped == null) {
      skipped = new byte[SKIP_BYTES];
    }
    return Math.max(0, read(skipped, 0, Math.clamp(n, 0, SKIP_BYTES)));
  }
}
