// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/**
 * A session that waits outside the TPM, so that others find a free slot. Where a resource manager
 * does this by itself the session stays where it is.
 *
 * @param context TPMS_CONTEXT as the TPM gave it, or null if it was not saved
 */
record SavedSession(Session session, byte[] context, long generation) {

  static SavedSession save(Transaction transaction, Session session) throws IOException {
    TpmConnection connection = transaction.connection();
    byte[] context = null;
    if (!connection.resourceManaged()) {
      context = SavedContext.save(transaction, session.entity());
    }
    return new SavedSession(session, context, connection.generation());
  }

  /** Whether it went with the connection that it was made on. A saved context does not. */
  boolean lost(Transaction transaction) {
    return context == null && transaction.connection().generation() != generation;
  }

  Session load(Transaction transaction) throws IOException {
    if (context != null) {
      SavedContext.load(transaction, context);
    }
    return session;
  }
}
