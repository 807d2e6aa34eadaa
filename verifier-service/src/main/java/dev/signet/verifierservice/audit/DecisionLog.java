// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.storage.Transaction;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Every decision about somebody who is known, written in the transaction that carries it out, and a
 * leaf of the tree that checkpoints are signed over.
 */
public final class DecisionLog {
  /** Rows of one answer to {@code GET /v1/audit}. */
  public static final int PAGE = 500;

  /** Rows of one call of {@link #removeBefore}: all writers wait for it. */
  public static final int REMOVED_AT_ONCE = 5_000;

  private final SecureRandom random;

  public DecisionLog(SecureRandom random) {
    this.random = random;
  }

  /**
   * A decision as it is read back; {@code id} rises without gaps from the oldest one that is kept.
   */
  public record Entry(
      long id,
      String decision,
      Instant time,
      String act,
      String actor,
      AgentId agent,
      HostId host,
      LaunchId launch,
      String outcome,
      String detail,
      Instant lastSeen,
      Instant lastGood) {
    /**
     * As the tree has it: a JSON object in UTF-8 without spaces, in this order, without members
     * that are null. One decision has one form, in every build.
     */
    public byte[] encoded() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("id", id);
      members.put("decision", decision);
      members.put("time", time);
      members.put("act", act);
      members.put("actor", actor);
      members.put("agent", agent);
      members.put("host", host);
      members.put("launch", launch);
      members.put("outcome", outcome);
      members.put("detail", detail);
      members.put("lastSeen", lastSeen);
      members.put("lastGood", lastGood);
      members.values().removeIf(Objects::isNull);
      return StrictJson.encode(members);
    }
  }

  /**
   * Writes {@code decision}.
   *
   * @return the id that the caller is told
   */
  public String record(Transaction tx, Decision decision, Instant now) throws SQLException {
    byte[] id = new byte[12];
    random.nextBytes(id);
    String name = Bytes.of(id).toBase64Url();
    // As it is read back, since that is what others will compare.
    Optional<Entry> entry =
        tx.one(
            "INSERT INTO decisions (decision, time, act, actor, agent, host, launch, outcome,"
                + " detail, last_seen, last_good) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " RETURNING *",
            DecisionLog::entry,
            name,
            now,
            decision.act(),
            decision.actor().text(),
            decision.agent() == null ? null : decision.agent().value(),
            decision.host() == null ? null : decision.host().value(),
            decision.launch() == null ? null : decision.launch().value(),
            decision.outcome(),
            decision.detail(),
            decision.heard() == null ? null : decision.heard().lastSeen(),
            decision.heard() == null ? null : decision.heard().lastGood());
    DecisionTree.append(tx, entry.orElseThrow());
    return name;
  }

  /**
   * Removes the oldest decisions, as far as all of them were made before {@code cutoff}, and
   * records that, so that the ids that are gone stay explained: nothing before the last of them is
   * left.
   *
   * @return how many, at most {@value #REMOVED_AT_ONCE}
   */
  public int removeBefore(Transaction tx, Instant cutoff, Instant now) throws SQLException {
    String oldest = "SELECT id, time FROM decisions ORDER BY id LIMIT " + REMOVED_AT_ONCE;
    Optional<Long> first = tx.one(oldest, row -> row.getLong(1));
    if (first.isEmpty()) {
      return 0;
    }
    Optional<Long> kept =
        tx.one(
            "SELECT id FROM (" + oldest + ") WHERE time >= ? ORDER BY id LIMIT 1",
            row -> row.getLong(1),
            cutoff);
    long last =
        kept.isPresent() ? kept.get() - 1 : tx.number("SELECT max(id) FROM (" + oldest + ")");
    int removed = tx.update("DELETE FROM decisions WHERE id <= ?", last);
    if (removed > 0) {
      String detail =
          "removed ids %d to %d, %d decisions from before %s; nothing before id %d is kept"
              .formatted(first.get(), last, removed, cutoff, last + 1);
      record(
          tx,
          new Decision(
              "audit-removed", Actor.VERIFIER, null, null, null, Decision.OK, detail, null),
          now);
    }
    return removed;
  }

  /** Up to {@value #PAGE} decisions after the one numbered {@code after}, oldest first. */
  public static List<Entry> after(Transaction tx, long after) throws SQLException {
    return tx.list(
        "SELECT * FROM decisions WHERE id > ? ORDER BY id LIMIT " + PAGE,
        DecisionLog::entry,
        after);
  }

  /** The decisions numbered {@code from} to before {@code end}, those that are there. */
  public static List<Entry> between(Transaction tx, long from, long end) throws SQLException {
    return tx.list(
        "SELECT * FROM decisions WHERE id >= ? AND id < ? ORDER BY id",
        DecisionLog::entry,
        from,
        end);
  }

  /** The number of the newest decision ever made, 0 if there is none. */
  public static long newest(Transaction tx) throws SQLException {
    return tx.one("SELECT seq FROM sqlite_sequence WHERE name = 'decisions'", r -> r.getLong(1))
        .orElse(0L);
  }

  private static Entry entry(ResultSet row) throws SQLException {
    String agent = row.getString("agent");
    String host = row.getString("host");
    String launch = row.getString("launch");
    return new Entry(
        row.getLong("id"),
        row.getString("decision"),
        Instant.ofEpochMilli(row.getLong("time")),
        row.getString("act"),
        row.getString("actor"),
        agent == null ? null : new AgentId(agent),
        host == null ? null : new HostId(host),
        launch == null ? null : new LaunchId(launch),
        row.getString("outcome"),
        row.getString("detail"),
        instant(row, "last_seen"),
        instant(row, "last_good"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
