// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import dev.signet.protocol.Digest;
import java.util.ArrayList;
import java.util.List;

/** Hashes of a Merkle tree over SHA-256 (RFC 6962 section 2.1). */
public final class MerkleTree {
  /** The root of a tree without leaves. */
  public static final Digest EMPTY = Digest.hash();

  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private MerkleTree() {}

  /**
   * A perfect subtree.
   *
   * @param level 0 is a leaf; it has 2^level leaves
   * @param index among the subtrees of its level, from the left, from 0
   */
  public record Subtree(int level, long index) {
    /** The level of tiles (C2SP tlog-tiles) whose hashes it is made of. */
    public int tileLevel() {
      return level / TilePath.HEIGHT;
    }

    /** The number of the first of these hashes, among those of that level. */
    public long firstHash() {
      return index << level % TilePath.HEIGHT;
    }

    /** How many these are, 1 to 128, all in one tile. */
    public int hashes() {
      return 1 << level % TilePath.HEIGHT;
    }
  }

  /** The hash of a leaf. */
  public static Digest leaf(byte[] entry) {
    return Digest.hash(LEAF, entry);
  }

  /** The hash of a node with two children. */
  public static Digest node(Digest left, Digest right) {
    return Digest.hash(NODE, left.toArray(), right.toArray());
  }

  /**
   * The perfect subtrees that a tree of {@code size} leaves is made of, from the left: one for each
   * bit of its size.
   */
  public static List<Subtree> subtrees(long size) {
    List<Subtree> out = new ArrayList<>();
    long from = 0;
    for (int level = 62; level >= 0; level--) {
      if ((size >> level & 1) == 1) {
        out.add(new Subtree(level, from >> level));
        from += 1L << level;
      }
    }
    return out;
  }

  /** The hash of the subtree over {@code hashes}, of which there are a power of two. */
  public static Digest over(List<Digest> hashes) {
    CompactRange range = new CompactRange();
    hashes.forEach(range::append);
    return range.root();
  }

  /**
   * The root of a tree.
   *
   * @param subtrees the hashes of its perfect {@link #subtrees}, from the left
   */
  public static Digest root(List<Digest> subtrees) {
    Digest root = null;
    for (int i = subtrees.size() - 1; i >= 0; i--) {
      Digest hash = subtrees.get(i);
      root = root == null ? hash : node(hash, root);
    }
    return root == null ? EMPTY : root;
  }
}
