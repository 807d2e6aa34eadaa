// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.StateApproval;
import java.io.Closeable;
import java.io.IOException;

/**
 * A policy session that waits for the verifier's approval. It holds no lock and no slot meanwhile.
 * Close it in any case. Not safe for use by several threads.
 */
public final class ReleaseSession implements Closeable {
  private final SealedKey key;
  private final Bytes nonce;
  private SavedSession saved;

  ReleaseSession(SealedKey key, SavedSession saved) {
    this.key = key;
    this.saved = saved;
    this.nonce = Bytes.of(saved.session().nonceTpm());
  }

  /** The session's nonceTPM, 32 bytes: what the verifier must sign for this session. */
  public Bytes nonce() {
    return nonce;
  }

  /**
   * Presents the approval to the TPM, once: the session is used up, whatever comes of it.
   *
   * @throws IOException if the TPM could not be asked
   * @throws IllegalStateException if the session was used or closed before
   */
  public ReleaseOutcome finish(StateApproval approval) throws IOException {
    if (saved == null) {
      throw new IllegalStateException("a release session works once; begin another");
    }
    SavedSession session = saved;
    saved = null;
    return key.host()
        .transact(
            transaction -> {
              if (session.lost(transaction)) {
                return new ReleaseOutcome.Refused(
                    ReleaseOutcome.Reason.SESSION_LOST,
                    "the connection to the TPM broke meanwhile");
              }
              transaction.adopt(session.session());
              return new KeyRelease(transaction, key, approval, nonce.toArray()).run(session);
            });
  }

  /** Flushes the session if it was not used. */
  @Override
  public void close() throws IOException {
    SavedSession session = saved;
    saved = null;
    if (session != null) {
      key.host()
          .tpm()
          .connection()
          .transact(
              transaction -> {
                if (!session.lost(transaction)) {
                  transaction.adopt(session.session());
                }
                return null;
              });
    }
  }
}
