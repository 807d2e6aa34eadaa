// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tss.tpm.TPM2_Startup_REQUEST;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_SU;

/**
 * What crashed clients left in a TPM without a resource manager. swtpm has three object slots and
 * three session slots, which survive a disconnect: a crashed client would block all later ones.
 * Saved sessions take no slot and may belong to a process that waits for a verifier's answer; they
 * are flushed only when they become many.
 */
record Leftovers(Transaction transaction) {
  private static final int TRANSIENT = 0x80000000;
  private static final int LOADED_SESSION = 0x02000000;
  private static final int SAVED_SESSION = 0x03000000;

  /** swtpm has room for 64 sessions, loaded and saved. */
  private static final int MANY = 48;

  void flush() throws IOException {
    for (int handle : handles()) {
      transaction.flushNow(handle);
    }
  }

  private List<Integer> handles() throws IOException {
    Capabilities capabilities = new Capabilities(transaction);
    List<Integer> found = new ArrayList<>();
    try {
      found.addAll(capabilities.handles(TRANSIENT));
    } catch (TpmException e) {
      if (!e.is(ResponseCode.INITIALIZE)) {
        throw e;
      }
      // Nobody started it: a simulator that was powered on without its start flag.
      transaction.run(Command.of(TPM_CC.Startup, new TPM2_Startup_REQUEST(TPM_SU.CLEAR)));
      return List.of();
    }
    found.addAll(capabilities.handles(LOADED_SESSION));
    List<Integer> saved = capabilities.handles(SAVED_SESSION);
    if (saved.size() > MANY) {
      for (int handle : saved) {
        // The list gives the type "saved" where TPM2_FlushContext wants "HMAC session".
        found.add(handle & 0x00ffffff | LOADED_SESSION);
      }
    }
    return found;
  }
}
