// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;

/** One agent's request key on this host, sealed by the TPM. */
public final class SealedKey {
  SealedKey() {}

  public AgentId agent() {
    throw new UnsupportedOperationException();
  }

  public PublicJwk publicKey() {
    throw new UnsupportedOperationException();
  }

  /** The key whose approvals release this one. */
  public PublicJwk approvalKey() {
    throw new UnsupportedOperationException();
  }

  /** Starts a policy session for one approval. */
  public ReleaseSession beginRelease() throws IOException {
    throw new UnsupportedOperationException();
  }
}
