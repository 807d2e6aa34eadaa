// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tss.tpm.TPM2_PCR_Extend_REQUEST;
import tss.tpm.TPM2_PCR_Read_REQUEST;
import tss.tpm.TPMS_PCR_SELECTION;
import tss.tpm.TPMT_HA;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;

/** PCRs of the SHA-256 bank (TPM 2.0 Library Part 3, 22). */
record PcrCommands(Transaction transaction) {
  private static final int ATTEMPTS = 20;

  /** One bank, three bytes of bitmap: what a TPM of the PC Client profile takes. */
  static TPMS_PCR_SELECTION[] selection(Collection<Integer> indexes) {
    return new TPMS_PCR_SELECTION[] {new TPMS_PCR_SELECTION(TPM_ALG_ID.SHA256, bitmap(indexes))};
  }

  /** The bitmap of a selection. */
  static byte[] bitmap(Collection<Integer> indexes) {
    byte[] bitmap = new byte[3];
    for (int index : indexes) {
      requireIndex(index);
      bitmap[index / 8] |= (byte) (1 << index % 8);
    }
    return bitmap;
  }

  static void requireIndex(int index) {
    if (index < 0 || index > 23) {
      throw new IllegalArgumentException("expected a PCR of 0 to 23, got " + index);
    }
  }

  /** Values of one moment: read again if any PCR moved between the partial reads. */
  SortedMap<Integer, Digest> read(Collection<Integer> indexes) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      SortedMap<Integer, Digest> values = readOnce(new TreeSet<>(indexes));
      if (values != null) {
        return values;
      }
    }
    throw new IOException("the PCRs moved during each of " + ATTEMPTS + " attempts to read them");
  }

  private SortedMap<Integer, Digest> readOnce(SortedSet<Integer> wanted) throws IOException {
    SortedMap<Integer, Digest> values = new TreeMap<>();
    long updateCounter = -1;
    while (values.size() < wanted.size()) {
      SortedSet<Integer> left = new TreeSet<>(wanted);
      left.removeAll(values.keySet());
      TpmReader in =
          transaction
              .run(Command.of(TPM_CC.PCR_Read, new TPM2_PCR_Read_REQUEST(selection(left))))
              .reader("PCR_Read");
      long counter = in.u32();
      if (updateCounter >= 0 && counter != updateCounter) {
        return null;
      }
      updateCounter = counter;
      in.expect(1, in.u32(), "number of PCR selections");
      in.expect(PublicArea.SHA256, in.u16(), "PCR bank");
      byte[] bitmap = in.bytes(in.u8());
      int count = in.count(8);
      int read = 0;
      for (int index : left) {
        if (index / 8 < bitmap.length && (bitmap[index / 8] >> index % 8 & 1) != 0) {
          byte[] value = in.sized(Digest.BYTES);
          in.expect(Digest.BYTES, value.length, "size of a PCR value");
          values.put(index, Digest.ofDigest(value));
          read++;
        }
      }
      in.expect(count, read, "number of PCR values");
      in.end();
      if (read == 0) {
        throw new IOException("the TPM has no SHA-256 value for PCRs " + left);
      }
    }
    return values;
  }

  /** Extends one PCR of the SHA-256 bank; the others stay as they are. */
  void extend(int index, Digest digest) throws IOException {
    requireIndex(index);
    Entity pcr = Entity.plain(index);
    var digests = new TPMT_HA[] {new TPMT_HA(TPM_ALG_ID.SHA256, digest.toArray())};
    transaction.run(
        Command.of(TPM_CC.PCR_Extend, new TPM2_PCR_Extend_REQUEST(pcr.marshalled(), digests), pcr));
  }

  /** The pcrDigest of a quote over these values: ascending, one bank, no separators. */
  static byte[] digestOf(SortedMap<Integer, Digest> values) {
    byte[][] parts = values.values().stream().map(Digest::toArray).toArray(byte[][]::new);
    return TpmCrypto.sha256(parts);
  }
}
