// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/**
 * Bounds on what is looked at before anything is verified.
 *
 * @param maxFieldLength characters of all Signature-Input, and of all Signature lines together
 * @param maxSignatures signatures in a message
 * @param maxComponents covered components of a signature
 */
public record SignatureLimits(int maxFieldLength, int maxSignatures, int maxComponents) {
  /** 8,192 characters, 4 signatures, 32 components each. */
  public static final SignatureLimits STANDARD = new SignatureLimits(8_192, 4, 32);

  public SignatureLimits {
    if (maxFieldLength < 1 || maxSignatures < 1 || maxComponents < 1) {
      throw new IllegalArgumentException("limits are at least 1");
    }
  }
}
