// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import dev.signet.protocol.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * The leaves of a log from the first one on, as the hashes of the perfect subtrees that they make:
 * enough to append to, and to tell the root at each size. Not for several threads.
 */
public final class CompactRange {
  private final List<Digest> subtrees;
  private long size;

  /** No leaves. */
  public CompactRange() {
    this(0, List.of());
  }

  /**
   * @param subtrees the hashes of {@link MerkleTree#subtrees} of {@code size}
   */
  public CompactRange(long size, List<Digest> subtrees) {
    if (size < 0 || Long.bitCount(size) != subtrees.size()) {
      throw new IllegalArgumentException(
          "expected %d subtrees for %d leaves, got %d"
              .formatted(Long.bitCount(size), size, subtrees.size()));
    }
    this.size = size;
    this.subtrees = new ArrayList<>(subtrees);
  }

  public void append(Digest leaf) {
    Digest hash = leaf;
    for (long rest = size; (rest & 1) == 1; rest >>= 1) {
      hash = MerkleTree.node(subtrees.remove(subtrees.size() - 1), hash);
    }
    subtrees.add(hash);
    size++;
  }

  public long size() {
    return size;
  }

  public Digest root() {
    return MerkleTree.root(subtrees);
  }
}
