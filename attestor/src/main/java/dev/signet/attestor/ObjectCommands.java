// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Optional;
import tss.tpm.TPM2B_PRIVATE;
import tss.tpm.TPM2_CreatePrimary_REQUEST;
import tss.tpm.TPM2_Create_REQUEST;
import tss.tpm.TPM2_EvictControl_REQUEST;
import tss.tpm.TPM2_HierarchyChangeAuth_REQUEST;
import tss.tpm.TPM2_LoadExternal_REQUEST;
import tss.tpm.TPM2_Load_REQUEST;
import tss.tpm.TPM2_ReadPublic_REQUEST;
import tss.tpm.TPM2_Unseal_REQUEST;
import tss.tpm.TPMS_PCR_SELECTION;
import tss.tpm.TPMS_SENSITIVE_CREATE;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;

/** Objects: making, loading, reading (TPM 2.0 Library Part 3, 12, 24 and 28). */
record ObjectCommands(Transaction transaction) {
  private static final int PUBLIC = 1024;
  private static final int PRIVATE = 1024;
  private static final TPMS_PCR_SELECTION[] NO_PCRS = {};

  /** A loaded object. */
  record Loaded(int handle, PublicArea publicArea) {
    Entity entity(byte[] auth) {
      return Entity.object(handle, publicArea.name(), auth);
    }
  }

  /** An object outside the TPM: its public area, and its private part encrypted by its parent. */
  record Created(PublicArea publicArea, byte[] privatePart) {}

  Loaded createPrimary(Entity hierarchy, TPMT_PUBLIC template, Session.Use use) throws IOException {
    var request =
        new TPM2_CreatePrimary_REQUEST(
            hierarchy.marshalled(), new TPMS_SENSITIVE_CREATE(), template, Octets.NONE, NO_PCRS);
    var response =
        transaction.run(Command.returningHandle(TPM_CC.CreatePrimary, request, hierarchy), use);
    int handle = transaction.own(response.handle());
    PublicArea area = PublicArea.parse(response.reader("CreatePrimary").sized(PUBLIC));
    return new Loaded(handle, area);
  }

  /**
   * Makes an object below {@code parent}.
   *
   * @param data what is sealed; empty for a key that the TPM makes
   * @param use must encrypt the command, which carries the authorization value
   */
  Created create(Entity parent, byte[] auth, byte[] data, TPMT_PUBLIC template, Session.Use use)
      throws IOException {
    requireEncrypted(use.encryptCommand());
    var request =
        new TPM2_Create_REQUEST(
            parent.marshalled(),
            new TPMS_SENSITIVE_CREATE(auth, data),
            template,
            Octets.NONE,
            NO_PCRS);
    TpmReader in =
        transaction.run(Command.of(TPM_CC.Create, request, parent), use).reader("Create");
    byte[] privatePart = in.sized(PRIVATE);
    return new Created(PublicArea.parse(in.sized(PUBLIC)), privatePart);
  }

  Loaded load(Entity parent, Created object, Session.Use use) throws IOException {
    var request =
        new TPM2_Load_REQUEST(
            parent.marshalled(),
            new TPM2B_PRIVATE(object.privatePart()),
            Templates.raw(object.publicArea().encoded()));
    var response = transaction.run(Command.returningHandle(TPM_CC.Load, request, parent), use);
    return new Loaded(transaction.own(response.handle()), object.publicArea());
  }

  /** Loads a public key; its tickets are good for PolicyAuthorize only outside NULL. */
  Loaded loadExternal(PublicArea key) throws IOException {
    var request =
        new TPM2_LoadExternal_REQUEST(
            null, Templates.raw(key.encoded()), new TPM_HANDLE(Entity.OWNER));
    var response = transaction.run(Command.returningHandle(TPM_CC.LoadExternal, request));
    return new Loaded(transaction.own(response.handle()), key);
  }

  PublicArea readPublic(int handle) throws IOException {
    return PublicArea.parse(readEncodedPublic(handle));
  }

  /** Empty for a key of a kind that we never make; others' keys may be where ours belong. */
  Optional<PublicArea> readKnownPublic(int handle) throws IOException {
    byte[] encoded = readEncodedPublic(handle);
    try {
      return Optional.of(PublicArea.parse(encoded));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private byte[] readEncodedPublic(int handle) throws IOException {
    Entity object = Entity.plain(handle);
    TpmReader in =
        transaction
            .run(
                Command.of(
                    TPM_CC.ReadPublic, new TPM2_ReadPublic_REQUEST(object.marshalled()), object))
            .reader("ReadPublic");
    return in.sized(PUBLIC);
  }

  /** Makes a loaded owner-hierarchy object persistent. */
  void persist(Entity owner, Loaded object, int persistentHandle, Session.Use use)
      throws IOException {
    Entity loaded = object.entity(Octets.NONE);
    var request =
        new TPM2_EvictControl_REQUEST(
            owner.marshalled(), loaded.marshalled(), new TPM_HANDLE(persistentHandle));
    transaction.run(Command.of(TPM_CC.EvictControl, request, owner, loaded), use);
  }

  void changeHierarchyAuth(Entity hierarchy, byte[] newAuth, Session.Use use) throws IOException {
    requireEncrypted(use.encryptCommand());
    var request = new TPM2_HierarchyChangeAuth_REQUEST(hierarchy.marshalled(), newAuth);
    // The response's HMAC is made with the new value already (Part 3, 24.8).
    transaction.runChangingAuth(
        Command.of(TPM_CC.HierarchyChangeAuth, request, hierarchy), newAuth, use);
  }

  byte[] unseal(Entity object, Session.Use use) throws IOException {
    requireEncrypted(use.encryptResponse());
    TpmReader in =
        transaction
            .run(
                Command.of(TPM_CC.Unseal, new TPM2_Unseal_REQUEST(object.marshalled()), object),
                use)
            .reader("Unseal");
    byte[] data = in.sized(128);
    in.end();
    return data;
  }

  private static void requireEncrypted(boolean encrypted) {
    if (!encrypted) {
      throw new IllegalArgumentException("a secret crosses the bus only encrypted");
    }
  }
}
