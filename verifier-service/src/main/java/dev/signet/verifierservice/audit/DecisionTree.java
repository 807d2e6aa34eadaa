// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.Digest;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.MerkleTree.Subtree;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Merkle tree over the decisions (RFC 6962). A leaf is {@link DecisionLog.Entry#encoded}; the
 * first one is the decision with {@link #first}'s id, and none is ever taken out, also where the
 * decision was removed.
 */
final class DecisionTree {
  private DecisionTree() {}

  /** The id of the decision that is leaf 0. */
  static long first(Transaction tx) throws SQLException {
    return tx.number("SELECT value FROM state WHERE name = 'decision-tree-first'");
  }

  /** Leaves. */
  static long size(Transaction tx) throws SQLException {
    return tx.number("SELECT coalesce(max(number), -1) + 1 FROM decision_tree WHERE level = 0");
  }

  /**
   * Adds the next leaf.
   *
   * @throws SQLException if another decision is the next one: somebody else wrote the database
   */
  static void append(Transaction tx, DecisionLog.Entry entry) throws SQLException {
    long number = size(tx);
    if (entry.id() != first(tx) + number) {
      throw new SQLException(
          "the audit log was changed from outside: its tree has "
              + number
              + " decisions, and the next one would have the id "
              + entry.id());
    }
    Digest hash = MerkleTree.leaf(entry.encoded());
    put(tx, 0, number, hash);
    for (int level = 0; (number & 1) == 1; level++, number >>= 1) {
      hash = MerkleTree.node(hash(tx, level, number - 1), hash);
      put(tx, level + 1, number >> 1, hash);
    }
  }

  /**
   * Makes the tree over what is there, where there is none.
   *
   * @return the number of decisions
   */
  static long build(Transaction tx) throws SQLException {
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
  static Optional<String> torn(Transaction tx) throws SQLException {
    long newest = first(tx) + size(tx) - 1;
    long there = tx.number("SELECT coalesce(max(id), ?) FROM decisions", first(tx) - 1);
    return there == newest && DecisionLog.newest(tx) == newest
        ? Optional.empty()
        : Optional.of(
            "its tree ends with decision %d, the last decision that is there is %d"
                .formatted(newest, there));
  }

  /** The root over the first {@code size} leaves. */
  static Digest root(Transaction tx, long size) throws SQLException {
    List<Digest> subtrees = new ArrayList<>();
    for (Subtree subtree : MerkleTree.subtrees(size)) {
      subtrees.add(hash(tx, subtree.level(), subtree.index()));
    }
    return MerkleTree.root(subtrees);
  }

  /** Hashes of one level from {@code from} on, at most {@code count}. */
  static List<Digest> hashes(Transaction tx, int level, long from, int count) throws SQLException {
    return tx.list(
        "SELECT hash FROM decision_tree WHERE level = ? AND number >= ? AND number < ?"
            + " ORDER BY number",
        row -> Digest.ofDigest(row.getBytes(1)),
        level,
        from,
        from + count);
  }

  private static Digest hash(Transaction tx, int level, long number) throws SQLException {
    return tx.one(
            "SELECT hash FROM decision_tree WHERE level = ? AND number = ?",
            row -> Digest.ofDigest(row.getBytes(1)),
            level,
            number)
        .orElseThrow(
            () ->
                new SQLException(
                    "the audit log was changed from outside: its tree lacks node %d of level %d"
                        .formatted(number, level)));
  }

  private static void put(Transaction tx, int level, long number, Digest hash) throws SQLException {
    tx.update("INSERT INTO decision_tree VALUES (?, ?, ?)", level, number, hash.toArray());
  }
}
