// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which PCRs of the SHA-256 bank: TPML_PCR_SELECTION of one entry with a map of three bytes. PCR
 * 16, 21, 22 and 23 cannot be selected: they do not count changes, and 16 and 23 can be reset by
 * anybody who can open the TPM (PC Client Platform TPM Profile, PCR attributes).
 *
 * @param indexes ascending, at least one
 */
public record PcrSelection(List<Integer> indexes) {
  private static final Set<Integer> UNTRUSTWORTHY = Set.of(16, 21, 22, 23);

  public PcrSelection {
    indexes = List.copyOf(new TreeSet<>(indexes));
    if (indexes.isEmpty()) {
      throw new IllegalArgumentException("expected at least one PCR");
    }
    for (int index : indexes) {
      if (index < 0 || index > 23 || UNTRUSTWORTHY.contains(index)) {
        throw new IllegalArgumentException(
            "expected PCRs of 0 to 23 but 16, 21, 22 and 23, which can change unseen; got "
                + index);
      }
    }
  }

  public static PcrSelection of(Collection<Integer> indexes) {
    return new PcrSelection(List.copyOf(indexes));
  }

  public boolean contains(int index) {
    return indexes.contains(index);
  }

  /** pcrSelect: bit {@code i % 8} of byte {@code i / 8} stands for PCR {@code i}. */
  byte[] map() {
    byte[] map = new byte[3];
    for (int index : indexes) {
      map[index / 8] |= (byte) (1 << index % 8);
    }
    return map;
  }

  /** TPML_PCR_SELECTION, 10 bytes. */
  public byte[] encode() {
    byte[] map = map();
    return new byte[] {0, 0, 0, 1, 0, TpmConstants.ALG_SHA256, 3, map[0], map[1], map[2]};
  }

  @Override
  public String toString() {
    return "sha256:" + indexes;
  }
}
