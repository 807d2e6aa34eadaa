// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.StateApproval;
import java.io.Closeable;
import java.io.IOException;

/** A policy session that waits for the verifier's approval. Close it in any case. */
public final class ReleaseSession implements Closeable {
  ReleaseSession() {}

  /** The session's nonceTPM, 32 bytes: what the verifier must sign for this session. */
  public Bytes nonce() {
    throw new UnsupportedOperationException();
  }

  /** Presents the approval to the TPM, once. */
  public ReleaseOutcome finish(StateApproval approval) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {}
}
