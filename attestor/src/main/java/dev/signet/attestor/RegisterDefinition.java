// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.io.IOException;

/** Defining and removing the NV register's index (TPM 2.0 Library Part 3, 31.3 and 31.4). */
record RegisterDefinition(Transaction transaction, Session session) {

  /** Makes the register's index; one of an interrupted provisioning is made anew. */
  void define(Entity owner, RegisterIndex index, Bytes auth) throws IOException {
    NvCommands nv = new NvCommands(transaction);
    NvBackend.Status status = NvBackend.status(transaction, index);
    if (status == NvBackend.Status.FOREIGN) {
      throw new Provisioning.Stop(
          Provisioning.Reason.NV_INDEX_TAKEN,
          "expected nothing at %s, there is an index of somebody else's; remove it if nobody needs"
                  .formatted(index)
              + " it: tpm2_nvundefine -C o 0x%08x".formatted(index.handle()));
    }
    if (status != NvBackend.Status.MISSING) {
      boolean written = status == NvBackend.Status.WRITTEN;
      nv.undefine(owner, index.entity(written, Octets.NONE), session.plain());
    }
    nv.define(owner, auth.toArray(), index.publicArea(false), session.encryptingCommand());
  }

  /** Removes the index if it is a register of ours. */
  void undefine(Entity owner, RegisterIndex index) throws IOException {
    NvBackend.Status status = NvBackend.status(transaction, index);
    if (status == NvBackend.Status.WRITTEN || status == NvBackend.Status.UNWRITTEN) {
      boolean written = status == NvBackend.Status.WRITTEN;
      new NvCommands(transaction)
          .undefine(owner, index.entity(written, Octets.NONE), session.plain());
    }
  }
}
