// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.util.Optional;

/**
 * One entry of IMA's log, as said by somebody: the parser checks its form only.
 *
 * <p>Of an entry, PCR 10 vouches for the template's data. It does not vouch for the template's
 * name, nor for anything in a violation, which extends a constant.
 *
 * @param template its name in the log
 * @param violation the file was written while it was measured, or measured while it was written
 *     (ToMToU): what ran may not be what was measured
 * @param extended what the SHA-256 bank of PCR 10 was extended with, computed here
 * @param measured empty where the template is not one of those that are understood
 */
public record ImaEntry(
    String template, boolean violation, Digest extended, Optional<Measured> measured) {
  /** The name of the first entry, over the PCRs that the boot went into. */
  public static final String BOOT_AGGREGATE = "boot_aggregate";

  /**
   * What was measured.
   *
   * @param digest of the file's or buffer's content
   * @param name the path as the process that opened it saw it, or the buffer's name; bytes other
   *     than printable ASCII, and backslashes, are written {@code \xNN}
   * @param extra {@code ima-sig}: the signature in the extended attribute, {@code ima-buf}: the
   *     buffer, else and where there is none: no bytes
   */
  public record Measured(ImaDigest digest, String name, Bytes extra) {}
}
