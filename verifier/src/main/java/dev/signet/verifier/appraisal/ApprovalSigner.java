// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

/** The verifier's state-approval key: P-256, used for nothing else. */
@FunctionalInterface
public interface ApprovalSigner {
  /**
   * @return ECDSA-SHA256 signature r || s over {@code message}, 64 bytes
   */
  byte[] sign(byte[] message);
}
