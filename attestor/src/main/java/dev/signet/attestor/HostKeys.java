// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/** The keys and authorization values of a provisioned host, parsed. */
record HostKeys(
    PublicArea srk,
    PublicArea ek,
    AttestationKey attestationKey,
    byte[] ownerAuth,
    byte[] endorsementAuth) {
  /** Where the TCG wants the storage root key (TCG TPM v2.0 Provisioning Guidance, 7.8). */
  static final int SRK_HANDLE = 0x81000001;

  /** With an AK that cannot be used where the state has its authorization value sealed. */
  static HostKeys of(AttestorState state) throws IOException {
    return new HostKeys(
        PublicArea.parse(state.srkPublic().toArray()),
        PublicArea.parse(state.ekPublic().toArray()),
        new AttestationKey(
            PublicArea.parse(state.akParentPublic().toArray()),
            new ObjectCommands.Created(
                PublicArea.parse(state.akPublic().toArray()), state.akPrivate().toArray()),
            state.akAuth() == null ? Octets.NONE : state.akAuth().toArray()),
        state.ownerAuth().toArray(),
        state.endorsementAuth().toArray());
  }

  SaltKey saltKey() {
    return new SaltKey(SRK_HANDLE, srk);
  }

  Entity srkEntity() {
    return Entity.object(SRK_HANDLE, srk.name(), Octets.NONE);
  }

  Entity endorsement() {
    return Entity.hierarchy(Entity.ENDORSEMENT, endorsementAuth);
  }

  /** Loads the AK; the session may go on to be used with it. */
  Entity loadAttestationKey(Transaction transaction, Session session) throws IOException {
    return attestationKey.load(transaction, endorsement(), session);
  }

  @Override
  public String toString() {
    return "HostKeys";
  }
}
