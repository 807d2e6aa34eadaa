// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.tlog.Checkpoint;
import dev.signet.protocol.tlog.CompactRange;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.MerkleTree.Subtree;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.protocol.tlog.TilePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a verifier's audit log and compares it with the checkpoint that the verifier signs, and
 * with an earlier one that somebody else kept. The log's tree is computed from the decisions
 * themselves: nothing that the log says of itself is believed.
 */
final class AuditLogCheck {
  /** What a decision says that removed others by their age; see the verifier's DecisionLog. */
  private static final Pattern REMOVED =
      Pattern.compile(".*; nothing before id ([0-9]{1,18}) is kept");

  private static final int MAX_ENTRY = 0xFFFF;

  /** Where the log is. */
  interface Source {
    /** The signed checkpoint as it is now. */
    byte[] checkpoint() throws IOException, CommandFailure;

    byte[] tile(TilePath path) throws IOException, CommandFailure;
  }

  /** Why a log is not what it was. */
  enum Flaw {
    CHECKPOINT_NOT_SIGNED,
    CHECKPOINT_OF_ANOTHER_LOG,
    AUDIT_LOG_CUT_OFF,
    AUDIT_LOG_REWRITTEN,
    AUDIT_LOG_ENTRY_CHANGED,
    AUDIT_LOG_ENTRY_MISSING
  }

  sealed interface Result {
    /**
     * The log is what the checkpoint is signed over, and begins with what the kept one was.
     *
     * @param checked decisions whose content was compared
     * @param removed decisions that a later decision says were removed by their age
     */
    record Whole(SignedCheckpoint newest, long checked, long removed) implements Result {}

    record Broken(Flaw flaw, String detail) implements Result {}
  }

  private final Source source;
  private final Map<TilePath, List<Digest>> tiles = new HashMap<>();

  private long checked;
  private long removed;
  private long firstKept = -1;
  private long nothingBefore = -1;

  private AuditLogCheck(Source source) {
    this.source = source;
  }

  /**
   * @param keys any of which may have signed a checkpoint: the verifier's, and those before it
   * @param kept an earlier checkpoint, or nothing
   * @param onlyNew to read no decision that was there when {@code kept} was signed
   * @throws MalformedMessageException if what comes is no log
   */
  static Result check(
      Source source, List<PublicJwk> keys, Optional<SignedCheckpoint> kept, boolean onlyNew)
      throws IOException, CommandFailure, MalformedMessageException {
    SignedCheckpoint newest = SignedCheckpoint.parse(source.checkpoint());
    Optional<Result> flaw = compared(newest, keys, kept);
    return flaw.isPresent()
        ? flaw.get()
        : new AuditLogCheck(source).read(newest, kept.map(SignedCheckpoint::checkpoint), onlyNew);
  }

  private static Optional<Result> compared(
      SignedCheckpoint newest, List<PublicJwk> keys, Optional<SignedCheckpoint> kept) {
    if (keys.stream().noneMatch(newest::isSignedBy)) {
      return broken(
          Flaw.CHECKPOINT_NOT_SIGNED, "the audit key did not sign the checkpoint that came");
    }
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    if (keys.stream().noneMatch(kept.get()::isSignedBy)) {
      return broken(Flaw.CHECKPOINT_NOT_SIGNED, "the audit key did not sign the kept checkpoint");
    }
    Checkpoint before = kept.get().checkpoint();
    Checkpoint now = newest.checkpoint();
    if (!now.origin().equals(before.origin())) {
      return broken(
          Flaw.CHECKPOINT_OF_ANOTHER_LOG,
          "expected the log " + before.origin() + ", got " + now.origin());
    }
    if (now.size() < before.size()) {
      return broken(
          Flaw.AUDIT_LOG_CUT_OFF,
          "it had %d decisions when the kept checkpoint was signed, and has %d: the last %d are gone"
              .formatted(before.size(), now.size(), before.size() - now.size()));
    }
    return Optional.empty();
  }

  private Result read(SignedCheckpoint newest, Optional<Checkpoint> kept, boolean onlyNew)
      throws IOException, CommandFailure, MalformedMessageException {
    long size = newest.checkpoint().size();
    CompactRange range =
        onlyNew && kept.isPresent() ? beginning(kept.get().size(), size) : new CompactRange();
    Optional<Result> flaw = atKept(range, kept);
    for (long bundle = range.size() / TilePath.WIDTH;
        flaw.isEmpty() && bundle * TilePath.WIDTH < size;
        bundle++) {
      int width = (int) Math.min(TilePath.WIDTH, size - bundle * TilePath.WIDTH);
      flaw = append(range, bundle, width, kept);
    }
    if (flaw.isPresent()) {
      return flaw.get();
    }
    if (!range.root().equals(newest.checkpoint().root())) {
      return new Result.Broken(
          Flaw.AUDIT_LOG_REWRITTEN,
          "its %d decisions are not those that its checkpoint is signed over".formatted(size));
    }
    if (removed > 0 && (firstKept < 0 || firstKept != nothingBefore)) {
      return new Result.Broken(
          Flaw.AUDIT_LOG_ENTRY_MISSING,
          firstKept < 0
              ? "none of its decisions is there"
              : "the decisions before id %d are gone, and no decision says that they were removed"
                  .formatted(firstKept));
    }
    return new Result.Whole(newest, checked, removed);
  }

  /** The first {@code size} decisions by their hashes only; {@link #atKept} proves them. */
  private CompactRange beginning(long size, long whole)
      throws IOException, CommandFailure, MalformedMessageException {
    List<Digest> subtrees = new ArrayList<>();
    for (Subtree subtree : MerkleTree.subtrees(size)) {
      int level = subtree.tileLevel();
      long index = subtree.firstHash() / TilePath.WIDTH;
      long there = (whole >> level * TilePath.HEIGHT) - index * TilePath.WIDTH;
      int width = (int) Math.min(TilePath.WIDTH, there);
      int from = (int) (subtree.firstHash() % TilePath.WIDTH);
      List<Digest> tile = hashes(new TilePath(level, index, width));
      subtrees.add(MerkleTree.over(tile.subList(from, from + subtree.hashes())));
    }
    return new CompactRange(size, subtrees);
  }

  private Optional<Result> append(
      CompactRange range, long bundle, int width, Optional<Checkpoint> kept)
      throws IOException, CommandFailure, MalformedMessageException {
    List<Digest> hashes = hashes(new TilePath(0, bundle, width));
    List<byte[]> entries =
        EntryBundle.parse(source.tile(new TilePath(TilePath.ENTRIES, bundle, width)), width);
    tiles.clear(); // each is needed once
    for (int i = (int) (range.size() - bundle * TilePath.WIDTH); i < width; i++) {
      byte[] entry = entries.get(i);
      Digest leaf = entry.length == 0 ? hashes.get(i) : MerkleTree.leaf(entry);
      if (!leaf.equals(hashes.get(i))) {
        return broken(
            Flaw.AUDIT_LOG_ENTRY_CHANGED,
            "decision %d of the log (it says: %s) is not what was logged there"
                .formatted(range.size() + 1, shown(entry)));
      }
      if (entry.length > 0) {
        note(entry);
      } else if (firstKept >= 0) {
        return broken(
            Flaw.AUDIT_LOG_ENTRY_MISSING,
            "decision %d of the log is gone, and earlier ones are there"
                .formatted(range.size() + 1));
      } else {
        removed++;
      }
      range.append(leaf);
      Optional<Result> flaw = atKept(range, kept);
      if (flaw.isPresent()) {
        return flaw;
      }
    }
    return Optional.empty();
  }

  private static Optional<Result> atKept(CompactRange range, Optional<Checkpoint> kept) {
    return kept.isEmpty()
            || range.size() != kept.get().size()
            || range.root().equals(kept.get().root())
        ? Optional.empty()
        : broken(
            Flaw.AUDIT_LOG_REWRITTEN,
            "its first %d decisions are not those of the kept checkpoint".formatted(range.size()));
  }

  private void note(byte[] entry) throws MalformedMessageException {
    JsonNode decision = StrictJson.tree(entry, MAX_ENTRY);
    if (firstKept < 0) {
      firstKept = decision.path("id").asLong();
    }
    Matcher m = REMOVED.matcher(decision.path("detail").asText());
    if (decision.path("act").asText().equals("audit-removed") && m.matches()) {
      nothingBefore = Long.parseLong(m.group(1));
    }
    checked++;
  }

  private List<Digest> hashes(TilePath path)
      throws IOException, CommandFailure, MalformedMessageException {
    List<Digest> known = tiles.get(path);
    if (known != null) {
      return known;
    }
    byte[] tile = source.tile(path);
    if (tile.length != path.width() * Digest.BYTES) {
      throw new MalformedMessageException(
          "expected %d hashes in the tile %s, got %d bytes"
              .formatted(path.width(), path, tile.length));
    }
    List<Digest> hashes = new ArrayList<>();
    for (int at = 0; at < tile.length; at += Digest.BYTES) {
      hashes.add(Digest.ofDigest(Arrays.copyOfRange(tile, at, at + Digest.BYTES)));
    }
    tiles.put(path, hashes);
    return hashes;
  }

  private static String shown(byte[] entry) {
    String text = Bytes.of(entry).toUtf8();
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }

  private static Optional<Result> broken(Flaw flaw, String detail) {
    return Optional.of(new Result.Broken(flaw, detail));
  }
}
