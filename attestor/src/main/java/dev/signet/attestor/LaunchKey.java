// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;

/** The key that a launch event names: it signs the launch's requests, or vouches for leases. */
public sealed interface LaunchKey extends AutoCloseable permits RequestKey, ResidentKey {
  PublicJwk publicKey();

  KeyProtection protection();

  /**
   * ECDSA-SHA256 over {@code data}; may block as long as a TPM does.
   *
   * @return 64 bytes r || s
   * @throws IOException if the key cannot be used now
   */
  byte[] sign(byte[] data) throws IOException;

  /** Ends its use for good. Idempotent. */
  @Override
  void close();
}
