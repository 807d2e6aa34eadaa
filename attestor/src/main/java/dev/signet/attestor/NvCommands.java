// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import tss.tpm.TPM2_NV_ReadPublic_REQUEST;
import tss.tpm.TPM2_NV_Read_REQUEST;
import tss.tpm.TPM_CC;

/** Reading NV indexes that anybody may read (TPM 2.0 Library Part 3, 31). */
record NvCommands(Transaction transaction) {
  private static final int CHUNK = 512;
  private static final int MAX = 8192;

  byte[] read(int index) throws IOException {
    Entity plain = Entity.plain(index);
    TpmReader in =
        transaction
            .run(
                Command.of(
                    TPM_CC.NV_ReadPublic,
                    new TPM2_NV_ReadPublic_REQUEST(plain.marshalled()),
                    plain))
            .reader("NV_ReadPublic");
    byte[] publicArea = in.sized(256);
    Entity nv = Entity.object(index, in.sized(66), Octets.NONE);
    in.end();
    int size = size(publicArea);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (content.size() < size) {
      int chunk = Math.min(CHUNK, size - content.size());
      var request =
          new TPM2_NV_Read_REQUEST(nv.marshalled(), nv.marshalled(), chunk, content.size());
      TpmReader part =
          transaction
              .run(Command.of(TPM_CC.NV_Read, request, nv, nv), (Session.Use) null)
              .reader("NV_Read");
      byte[] data = part.sized(CHUNK);
      part.expect(chunk, data.length, "bytes read");
      part.end();
      content.writeBytes(data);
    }
    return content.toByteArray();
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
