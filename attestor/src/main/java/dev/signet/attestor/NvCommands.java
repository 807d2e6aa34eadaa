// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import tss.TpmBuffer;
import tss.tpm.TPM2_NV_Certify_REQUEST;
import tss.tpm.TPM2_NV_DefineSpace_REQUEST;
import tss.tpm.TPM2_NV_Extend_REQUEST;
import tss.tpm.TPM2_NV_ReadPublic_REQUEST;
import tss.tpm.TPM2_NV_Read_REQUEST;
import tss.tpm.TPM2_NV_UndefineSpace_REQUEST;
import tss.tpm.TPMS_NULL_SIG_SCHEME;
import tss.tpm.TPMS_NV_PUBLIC;
import tss.tpm.TPM_CC;

/** NV indexes (TPM 2.0 Library Part 3, 31). */
record NvCommands(Transaction transaction) {
  private static final int CHUNK = 512;
  private static final int MAX = 8192;

  /**
   * @param area TPMS_NV_PUBLIC
   * @param name as the TPM says; an authorization is computed over it
   */
  record Index(byte[] area, byte[] name) {}

  Index readPublic(int index) throws IOException {
    Entity plain = Entity.plain(index);
    TpmReader in =
        transaction
            .run(
                Command.of(
                    TPM_CC.NV_ReadPublic,
                    new TPM2_NV_ReadPublic_REQUEST(plain.marshalled()),
                    plain))
            .reader("NV_ReadPublic");
    Index found = new Index(in.sized(256), in.sized(66));
    in.end();
    return found;
  }

  /** Reads an index that anybody may read. */
  byte[] read(int index) throws IOException {
    Index found = readPublic(index);
    Entity nv = Entity.object(index, found.name(), Octets.NONE);
    int size = size(found.area());
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (content.size() < size) {
      int chunk = Math.min(CHUNK, size - content.size());
      content.writeBytes(read(nv, content.size(), chunk, null));
    }
    return content.toByteArray();
  }

  /**
   * Reads a piece.
   *
   * @param nv authorizes itself
   * @param use null where the index has no authorization value
   */
  byte[] read(Entity nv, int offset, int bytes, Session.Use use) throws IOException {
    var request = new TPM2_NV_Read_REQUEST(nv.marshalled(), nv.marshalled(), bytes, offset);
    TpmReader in =
        transaction.run(Command.of(TPM_CC.NV_Read, request, nv, nv), use).reader("NV_Read");
    byte[] data = in.sized(CHUNK);
    in.expect(bytes, data.length, "bytes read");
    in.end();
    return data;
  }

  /**
   * Makes an index.
   *
   * @param area TPMS_NV_PUBLIC
   * @param use must encrypt the command, which carries the authorization value
   */
  void define(Entity owner, byte[] auth, byte[] area, Session.Use use) throws IOException {
    if (!use.encryptCommand()) {
      throw new IllegalArgumentException("a secret crosses the bus only encrypted");
    }
    TPMS_NV_PUBLIC raw =
        new TPMS_NV_PUBLIC() {
          @Override
          public void toTpm(TpmBuffer buffer) {
            buffer.writeByteBuf(area);
          }
        };
    transaction.run(
        Command.of(
            TPM_CC.NV_DefineSpace,
            new TPM2_NV_DefineSpace_REQUEST(owner.marshalled(), auth, raw),
            owner),
        use);
  }

  void undefine(Entity owner, Entity nv, Session.Use use) throws IOException {
    transaction.run(
        Command.of(
            TPM_CC.NV_UndefineSpace,
            new TPM2_NV_UndefineSpace_REQUEST(owner.marshalled(), nv.marshalled()),
            owner,
            nv),
        use);
  }

  /**
   * Extends an index.
   *
   * @param nv authorizes itself
   */
  void extend(Entity nv, Digest digest, Session.Use use) throws IOException {
    transaction.run(
        Command.of(
            TPM_CC.NV_Extend,
            new TPM2_NV_Extend_REQUEST(nv.marshalled(), nv.marshalled(), digest.toArray()),
            nv,
            nv),
        use);
  }

  /** TPMS_ATTEST and TPMT_SIGNATURE of TPM2_NV_Certify. */
  record Certified(byte[] attest, byte[] signature) {}

  /** Certifies the first {@code bytes} of an index that authorizes itself. */
  Certified certify(
      Entity key, Session.Use keyUse, Entity nv, Session.Use nvUse, Digest extraData, int bytes)
      throws IOException {
    var request =
        new TPM2_NV_Certify_REQUEST(
            key.marshalled(),
            nv.marshalled(),
            nv.marshalled(),
            extraData.toArray(),
            new TPMS_NULL_SIG_SCHEME(),
            bytes,
            0);
    TpmReader in =
        transaction
            .run(Command.of(TPM_CC.NV_Certify, request, key, nv, nv), keyUse, nvUse)
            .reader("NV_Certify");
    return new Certified(in.sized(1024), in.rest());
  }

  private static int size(byte[] publicArea) throws IOException {
    TpmReader in = new TpmReader("NV public area", publicArea);
    in.i32();
    in.u16();
    in.i32();
    in.sized(64);
    int size = in.u16();
    in.end();
    if (size > MAX) {
      throw new IOException("expected an NV index of at most " + MAX + " bytes, it has " + size);
    }
    return size;
  }
}
