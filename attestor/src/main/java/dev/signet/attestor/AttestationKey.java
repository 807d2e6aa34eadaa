// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/**
 * The attestation key: made by the TPM at random, a child of a storage primary in the endorsement
 * hierarchy, so that its quotes have the true counters and its Qualified Name says where it lives.
 */
record AttestationKey(PublicArea parent, ObjectCommands.Created key, byte[] auth) {

  /** Makes a new one. */
  static AttestationKey create(
      Transaction transaction, Entity endorsement, byte[] auth, Session session)
      throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    var parent = objects.createPrimary(endorsement, Templates.storageP256(), session.plain());
    var key =
        objects.create(
            parent.entity(Octets.NONE),
            auth,
            Octets.NONE,
            Templates.attestationKey(),
            session.encryptingCommand());
    transaction.flushNow(parent.handle());
    return new AttestationKey(parent.publicArea(), key, auth);
  }

  /** Loads it for one transaction. */
  Entity load(Transaction transaction, Entity endorsement, Session session) throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    var primary = objects.createPrimary(endorsement, Templates.storageP256(), session.plain());
    if (!primary.publicArea().equals(parent)) {
      throw new AttestorException(
          AttestorException.Reason.OTHER_TPM,
          "expected the parent of the attestation key, this TPM makes another");
    }
    var loaded = objects.load(primary.entity(Octets.NONE), key, session.plain());
    transaction.flushNow(primary.handle());
    return loaded.entity(auth);
  }
}
