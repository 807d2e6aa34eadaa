// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sizes of what goes over a transport (TPM 2.0 Library Part 1, section 18: header of 10 bytes). */
final class TpmFraming {
  static final int HEADER = 10;
  static final int MAX = 4096;

  private TpmFraming() {}

  /** The length that a response's header announces, checked. */
  static int announcedLength(byte[] header) throws IOException {
    int length = ByteBuffer.wrap(header).getInt(2);
    if (length < HEADER || length > MAX) {
      throw new IOException(
          "expected a TPM response of " + HEADER + " to " + MAX + " bytes, announced " + length);
    }
    return length;
  }

  static void requireCommand(byte[] command) {
    if (command.length < HEADER
        || command.length > MAX
        || ByteBuffer.wrap(command).getInt(2) != command.length) {
      throw new IllegalArgumentException(
          "expected a whole TPM command of at most " + MAX + " bytes");
    }
  }
}
