// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import tss.TpmBuffer;
import tss.tpm.TPM2_ContextLoad_REQUEST;
import tss.tpm.TPM2_ContextSave_REQUEST;
import tss.tpm.TPMS_CONTEXT;
import tss.tpm.TPM_CC;

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
      Entity saved = session.entity();
      context =
          transaction
              .run(
                  Command.of(
                      TPM_CC.ContextSave, new TPM2_ContextSave_REQUEST(saved.marshalled()), saved))
              .parameters();
    }
    return new SavedSession(session, context, connection.generation());
  }

  /** Whether it went with the connection that it was made on. A saved context does not. */
  boolean lost(Transaction transaction) {
    return context == null && transaction.connection().generation() != generation;
  }

  Session load(Transaction transaction) throws IOException {
    if (context != null) {
      TPMS_CONTEXT raw =
          new TPMS_CONTEXT() {
            @Override
            public void toTpm(TpmBuffer buffer) {
              buffer.writeByteBuf(context);
            }
          };
      transaction.run(
          Command.returningHandle(TPM_CC.ContextLoad, new TPM2_ContextLoad_REQUEST(raw)));
    }
    return session;
  }
}
