// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.nio.charset.StandardCharsets;

/**
 * What both sides compute of a launch register in an NV index ({@code docs/protocol.md}, Launch
 * register). The register's first write of a boot is always the same, and its Name is the first
 * thing that the register's PCR is extended with.
 */
public final class NvRegister {
  /** Handles that the TPM's owner gives out (TCG Registry of Reserved TPM 2.0 Handles, 2.2). */
  public static final long FIRST_HANDLE = 0x0180_0000L;

  public static final long LAST_HANDLE = 0x01BF_FFFFL;

  private static final byte[] LABEL =
      "signet-launch-register-v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OPENING_DOMAIN =
      "signet-register-opening-v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ZERO = new byte[Digest.BYTES];

  private NvRegister() {}

  /** Whether this is a handle of an NV index that can be a register. */
  public static boolean isHandle(long handle) {
    return handle >= FIRST_HANDLE && handle <= LAST_HANDLE;
  }

  /** What is written first in each boot. */
  public static Digest firstWrite() {
    return Digest.hash(LABEL);
  }

  /** What the register holds after that, before the first event. */
  public static Digest baseline() {
    return Digest.hash(ZERO, firstWrite().toArray());
  }

  /**
   * What the register's PCR is extended with at the start of a boot.
   *
   * @param name of the written index, 34 bytes
   */
  public static Digest measurement(Bytes name) {
    return Digest.hash(LABEL, new byte[1], name.toArray());
  }

  /** The register's PCR when nothing but the Name has been measured into it since the boot. */
  public static Digest pcrWhenOpened(Bytes name) {
    return Digest.hash(ZERO, measurement(name).toArray());
  }

  /** Whose SHA-256 is the extraData of the quote that is made then. */
  public static byte[] openingInput(Bytes name) {
    byte[] bytes = new byte[OPENING_DOMAIN.length + name.size()];
    System.arraycopy(OPENING_DOMAIN, 0, bytes, 0, OPENING_DOMAIN.length);
    System.arraycopy(name.toArray(), 0, bytes, OPENING_DOMAIN.length, name.size());
    return bytes;
  }
}
