// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.Digest;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.MerkleTree.Subtree;
import dev.signet.protocol.tlog.TilePath;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Merkle tree over the decisions (RFC 6962), kept as the hashes of its tiles (C2SP tlog-tiles):
 * the leaves, and every eighth level above them. A leaf is {@link DecisionLog.Entry#encoded}; the
 * first one is the decision with {@link #first}'s id, and none is ever taken out, also where the
 * decision was removed.
 */
public final class DecisionTree {
  private static final String FIRST =
      "(SELECT value FROM state WHERE name = 'decision-tree-first')";

  private DecisionTree() {}

  /** The id of the decision that is leaf 0. */
  public static long first(Transaction tx) throws SQLException {
    return tx.number("SELECT " + FIRST);
  }

  /** Leaves. */
  public static long size(Transaction tx) throws SQLException {
    return tx.number("SELECT coalesce(max(number), -1) + 1 FROM decision_tree WHERE level = 0");
  }

  /**
   * Adds the next leaf.
   *
   * @throws SQLException if another decision is the next one: somebody else wrote the database
   */
  static void append(Transaction tx, DecisionLog.Entry entry) throws SQLException {
    // One statement, since each decision waits for it.
    long expected =
        tx.number(
            "INSERT INTO decision_tree SELECT 0, coalesce(max(number), -1) + 1, ?"
                + " FROM decision_tree WHERE level = 0 RETURNING number + "
                + FIRST,
            MerkleTree.leaf(entry.encoded()).toArray());
    if (entry.id() != expected) {
      throw new SQLException(
          "the audit log was changed from outside: the next decision in its tree has the id %d, and"
                  .formatted(expected)
              + " this one has "
              + entry.id());
    }
    long number = expected - first(tx) + 1;
    for (int level = 0; number % TilePath.WIDTH == 0; level++) {
      number /= TilePath.WIDTH;
      List<Digest> tile = hashes(tx, level, (number - 1) * TilePath.WIDTH, TilePath.WIDTH);
      tx.update(
          "INSERT INTO decision_tree VALUES (?, ?, ?)",
          level + 1,
          number - 1,
          MerkleTree.over(tile).toArray());
    }
  }

  /**
   * Makes the tree over what is there, where there is none.
   *
   * @return the number of decisions
   */
  public static long build(Transaction tx) throws SQLException {
    long last = first(tx) - 1;
    while (true) {
      List<DecisionLog.Entry> page = DecisionLog.after(tx, last);
      if (page.isEmpty()) {
        return size(tx);
      }
      for (DecisionLog.Entry entry : page) {
        append(tx, entry);
      }
      last = page.getLast().id();
    }
  }

  /** How tree and decisions differ in their end; nothing where they do not. */
  public static Optional<String> torn(Transaction tx) throws SQLException {
    long newest = first(tx) + size(tx) - 1;
    long there = tx.number("SELECT coalesce(max(id), ?) FROM decisions", first(tx) - 1);
    return there == newest && DecisionLog.newest(tx) == newest
        ? Optional.empty()
        : Optional.of(
            "its tree ends with decision %d, the last decision that is there is %d"
                .formatted(newest, there));
  }

  /** The root over the first {@code size} leaves; nothing where hashes for it are gone. */
  public static Optional<Digest> root(Transaction tx, long size) throws SQLException {
    List<Digest> subtrees = new ArrayList<>();
    for (Subtree subtree : MerkleTree.subtrees(size)) {
      List<Digest> hashes = hashes(tx, subtree.tileLevel(), subtree.firstHash(), subtree.hashes());
      if (hashes.size() != subtree.hashes()) {
        return Optional.empty();
      }
      subtrees.add(MerkleTree.over(hashes));
    }
    return Optional.of(MerkleTree.root(subtrees));
  }

  /** Hashes of one level of tiles from {@code from} on, at most {@code count}. */
  public static List<Digest> hashes(Transaction tx, int level, long from, int count)
      throws SQLException {
    return tx.list(
        "SELECT hash FROM decision_tree WHERE level = ? AND number >= ? AND number < ?"
            + " ORDER BY number",
        row -> Digest.ofDigest(row.getBytes(1)),
        level,
        from,
        from + count);
  }
}
