// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/** See {@link ContentDigest#checking}. Marks are not supported: they would let bytes by twice. */
final class CheckedContent extends FilterInputStream {
  private static final int SKIP_BUFFER = 8192;

  private final Map<ContentDigest.Algorithm, byte[]> claimed;
  private final Map<ContentDigest.Algorithm, MessageDigest> digests = new TreeMap<>();
  private final long maxLength;
  private long length;
  private boolean good;
  private DigestMismatchException bad;

  CheckedContent(InputStream in, long maxLength, Map<ContentDigest.Algorithm, byte[]> claimed) {
    super(in);
    this.claimed = claimed;
    this.maxLength = maxLength;
    for (ContentDigest.Algorithm algorithm : claimed.keySet()) {
      digests.put(algorithm, algorithm.newDigest());
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (bad != null) {
      throw bad;
    }
    if (good || count == 0) {
      return good ? -1 : 0;
    }
    int read = in.read(buffer, offset, count);
    if (read < 0) {
      checkAtEnd();
      return -1;
    }
    length += read;
    if (length > maxLength) {
      throw mismatch("content is longer than the " + maxLength + " bytes that are let through");
    }
    for (MessageDigest digest : digests.values()) {
      digest.update(buffer, offset, read);
    }
    return read;
  }

  /** Reads, since skipped bytes belong to the digest. */
  @Override
  public long skip(long count) throws IOException {
    byte[] buffer = new byte[(int) Math.max(0, Math.min(count, SKIP_BUFFER))];
    long skipped = 0;
    while (skipped < count) {
      int read = read(buffer, 0, (int) Math.min(buffer.length, count - skipped));
      if (read < 0) {
        break;
      }
      skipped += read;
    }
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return good || bad != null ? 0 : in.available();
  }

  /** Fails where the end was not reached, since then nothing is known of what was read. */
  @Override
  public void close() throws IOException {
    try {
      if (!good && bad == null && read() >= 0) {
        throw mismatch("content was closed before its end, and is unverified");
      }
    } finally {
      in.close();
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void mark(int readLimit) {}

  @Override
  public void reset() throws IOException {
    throw new IOException("mark and reset are not supported on checked content");
  }

  private void checkAtEnd() throws DigestMismatchException {
    boolean all = true;
    for (Map.Entry<ContentDigest.Algorithm, MessageDigest> entry : digests.entrySet()) {
      all &= MessageDigest.isEqual(claimed.get(entry.getKey()), entry.getValue().digest());
    }
    if (!all) {
      throw mismatch("content is not the one that its Content-Digest was computed over");
    }
    good = true;
  }

  private DigestMismatchException mismatch(String message) {
    bad = new DigestMismatchException(message);
    return bad;
  }
}
