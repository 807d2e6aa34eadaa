// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.IOException;

/**
 * Makes one signature: a key in memory, in a TPM, or behind a socket. Safe for use by many threads.
 */
@FunctionalInterface
public interface RawSigner {
  /**
   * Signs a signature base.
   *
   * @param signatureBase the bytes to be signed; hashing them is the signer's work
   * @return 64 bytes: r and s for P-256 (not DER), or an Ed25519 signature
   * @throws IOException if the key cannot be used now
   */
  byte[] sign(byte[] signatureBase) throws IOException;
}
