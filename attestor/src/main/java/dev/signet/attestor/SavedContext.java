// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import tss.TpmBuffer;
import tss.tpm.TPM2_ContextLoad_REQUEST;
import tss.tpm.TPM2_ContextSave_REQUEST;
import tss.tpm.TPMS_CONTEXT;
import tss.tpm.TPM_CC;

/** TPM2_ContextSave and TPM2_ContextLoad (TPM 2.0 Library Part 3, 28.2 and 28.3). */
final class SavedContext {
  private SavedContext() {}

  /** TPMS_CONTEXT of a session, which it takes out of its slot, or of an object, which stays. */
  static byte[] save(Transaction transaction, Entity saved) throws IOException {
    var request = new TPM2_ContextSave_REQUEST(saved.marshalled());
    return transaction.run(Command.of(TPM_CC.ContextSave, request, saved)).parameters();
  }

  /** The handle that it has now. */
  static int load(Transaction transaction, byte[] context) throws IOException {
    TPMS_CONTEXT raw =
        new TPMS_CONTEXT() {
          @Override
          public void toTpm(TpmBuffer buffer) {
            buffer.writeByteBuf(context);
          }
        };
    return transaction
        .run(Command.returningHandle(TPM_CC.ContextLoad, new TPM2_ContextLoad_REQUEST(raw)))
        .handle();
  }
}
