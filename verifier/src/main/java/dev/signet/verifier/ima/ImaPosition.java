// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Digest;

/**
 * How far a boot's log was read.
 *
 * @param bytes of the log
 * @param entries of it
 * @param value of PCR 10 in the SHA-256 bank after them
 */
public record ImaPosition(long bytes, long entries, Digest value) {
  /** Before the first entry of a boot. */
  public static final ImaPosition START =
      new ImaPosition(0, 0, Digest.ofDigest(new byte[Digest.BYTES]));

  public ImaPosition {
    if (bytes < 0 || entries < 0 || (bytes == 0) != (entries == 0)) {
      throw new IllegalArgumentException("expected bytes and entries, both or none");
    }
  }
}
