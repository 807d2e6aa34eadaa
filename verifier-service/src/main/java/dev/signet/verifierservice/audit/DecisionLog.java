// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.verifierservice.storage.Transaction;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Every decision about somebody who is known, written in the transaction that carries it out. */
public final class DecisionLog {
  /** Rows of one answer to {@code GET /v1/audit}. */
  public static final int PAGE = 500;

  private final SecureRandom random;

  public DecisionLog(SecureRandom random) {
    this.random = random;
  }

  /** A decision as it is read back; {@code id} rises without gaps. */
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
      Instant lastSeen) {}

  /**
   * Writes {@code decision}.
   *
   * @return the id that the caller is told
   */
  public String record(Transaction tx, Decision decision, Instant now) throws SQLException {
    byte[] id = new byte[12];
    random.nextBytes(id);
    String name = Bytes.of(id).toBase64Url();
    tx.update(
        "INSERT INTO decisions (decision, time, act, actor, agent, host, launch, outcome, detail,"
            + " last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        name,
        now,
        decision.act(),
        decision.actor().text(),
        decision.agent() == null ? null : decision.agent().value(),
        decision.host() == null ? null : decision.host().value(),
        decision.launch() == null ? null : decision.launch().value(),
        decision.outcome(),
        decision.detail(),
        decision.lastSeen());
    return name;
  }

  /** Up to {@value #PAGE} decisions after the one numbered {@code after}, oldest first. */
  public static List<Entry> after(Transaction tx, long after) throws SQLException {
    return tx.list(
        "SELECT * FROM decisions WHERE id > ? ORDER BY id LIMIT " + PAGE,
        DecisionLog::entry,
        after);
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
    long seen = row.getLong("last_seen");
    Instant lastSeen = row.wasNull() ? null : Instant.ofEpochMilli(seen);
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
        lastSeen);
  }
}
