// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.Arrays;

/**
 * A secret in memory, until it is closed: then its bytes are zeroed. What it says can stand in a
 * header field: visible ASCII, with spaces inside at most (RFC 9110 section 5.5 allows more, which
 * servers read differently).
 */
public final class SecretValue implements AutoCloseable {
  /** Shorter ones can be guessed, and could not be told from other bytes of an answer. */
  public static final int MIN_BYTES = 8;

  public static final int MAX_BYTES = 16 * 1024;

  private final byte[] bytes;

  private SecretValue(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes copied; the caller zeroes them
   * @throws IllegalArgumentException if they cannot be a secret; the message says nothing of them
   */
  public static SecretValue of(byte[] bytes) {
    if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "expected a secret of %d to %d bytes, got %d"
              .formatted(MIN_BYTES, MAX_BYTES, bytes.length));
    }
    for (byte b : bytes) {
      if (b < 0x20 || b > 0x7e) {
        throw new IllegalArgumentException(
            "expected a secret of visible ASCII: line ends, control characters and others cannot"
                + " stand in a header field");
      }
    }
    if (bytes[0] == ' ' || bytes[bytes.length - 1] == ' ') {
      throw new IllegalArgumentException("expected a secret without spaces around it");
    }
    return new SecretValue(bytes.clone());
  }

  public int size() {
    return bytes.length;
  }

  /**
   * A copy, for the caller to zero.
   *
   * @throws IllegalStateException if this was closed
   */
  public synchronized byte[] copy() {
    if (bytes[0] == 0) {
      throw new IllegalStateException("the secret was closed");
    }
    return bytes.clone();
  }

  /** The same secret, closed by itself. */
  public SecretValue another() {
    return new SecretValue(copy());
  }

  @Override
  public synchronized void close() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "SecretValue[" + bytes.length + " bytes]";
  }
}
