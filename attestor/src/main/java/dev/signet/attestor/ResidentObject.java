// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/**
 * A signing key below a primary key of the NULL hierarchy, made by the TPM. That hierarchy's seed
 * changes with every TPM Reset, and the encrypted private part is in this process alone.
 *
 * @param parent public area of the primary key
 */
record ResidentObject(PublicArea parent, ObjectCommands.Created key, byte[] auth) {

  /** Makes one. */
  static ResidentObject create(Transaction transaction, byte[] auth, Session session)
      throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    var primary = primary(transaction, session);
    var key =
        objects.create(
            primary.entity(Octets.NONE),
            auth,
            Octets.NONE,
            Templates.signingKey(),
            session.encryptingCommand());
    transaction.flushNow(primary.handle());
    return new ResidentObject(primary.publicArea(), key, auth);
  }

  private static ObjectCommands.Loaded primary(Transaction transaction, Session session)
      throws IOException {
    Entity hierarchy = Entity.hierarchy(Entity.NULL, Octets.NONE);
    return new ObjectCommands(transaction)
        .createPrimary(hierarchy, Templates.storageP256(), session.plain());
  }

  /**
   * Loads it anew.
   *
   * @throws AttestorException RESIDENT_KEY_GONE after a TPM Reset
   */
  Entity load(Transaction transaction, Session session) throws IOException {
    var primary = primary(transaction, session);
    if (!primary.publicArea().equals(parent)) {
      throw new AttestorException(
          AttestorException.Reason.RESIDENT_KEY_GONE,
          "the TPM was reset since this launch began, and its request key is gone with that: launch"
              + " the agent again");
    }
    var loaded =
        new ObjectCommands(transaction).load(primary.entity(Octets.NONE), key, session.plain());
    transaction.flushNow(primary.handle());
    return entity(loaded.handle());
  }

  Entity entity(int handle) {
    return Entity.object(handle, key.publicArea().name(), auth);
  }

  @Override
  public String toString() {
    return "ResidentObject";
  }
}
