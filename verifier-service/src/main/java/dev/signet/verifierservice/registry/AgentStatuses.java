// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.storage.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** What was last heard of each agent on each host, and of those that are registered only. */
public final class AgentStatuses {
  /** Rows of one page. */
  public static final int PAGE = 500;

  /** How long an agent is remembered that is not registered any more and says nothing. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  private static final String PAIRS =
      "WITH pairs AS (SELECT agent, host FROM agent_status UNION SELECT r.agent, h.value FROM"
          + " registrations r, json_each(r.document, '$.hosts') h) SELECT p.agent AS of_agent,"
          + " p.host AS of_host, hosts.ek_hash, s.* FROM pairs p LEFT JOIN agent_status s ON s.agent"
          + " = p.agent AND s.host = p.host LEFT JOIN hosts ON hosts.host = p.host";

  private AgentStatuses() {}

  /** What an accepted attestation was about. */
  public record Accepted(
      AgentId agent,
      HostId host,
      LaunchId launch,
      Instant renewBy,
      Instant until,
      String requestKey,
      List<Digest> measurements,
      Appraisal appraisal) {
    public Accepted {
      measurements = List.copyOf(measurements);
    }
  }

  public static void accepted(Transaction tx, Accepted good, Instant now) throws SQLException {
    tx.update(
        "INSERT INTO agent_status (agent, host, launch, last_seen, last_good, good_launch,"
            + " good_since, renew_by, good_until, request_key, measurements, appraisal) VALUES (?1,"
            + " ?2, ?3, ?4, ?4, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (agent, host) DO UPDATE SET"
            + " good_since = CASE WHEN failing_since IS NULL AND good_until >= ?4 AND good_launch ="
            + " ?3 THEN good_since ELSE ?4 END, launch = ?3, last_seen = ?4, last_good = ?4,"
            + " good_launch = ?3, renew_by = ?5, good_until = ?6, request_key = ?7, measurements ="
            + " ?8, appraisal = ?9, failing_since = NULL",
        good.agent().value(),
        good.host().value(),
        good.launch().value(),
        now,
        good.renewBy(),
        good.until(),
        good.requestKey(),
        good.measurements().stream().map(Digest::toString).collect(Collectors.joining(" ")),
        new String(StrictJson.encode(good.appraisal()), StandardCharsets.UTF_8));
  }

  /** Evidence for a release was good; it is no attestation, and ends no failure. */
  public static void seen(Transaction tx, AgentId agent, HostId host, LaunchId launch, Instant now)
      throws SQLException {
    tx.update(
        "UPDATE agent_status SET last_seen = ?, launch = ? WHERE agent = ? AND host = ?",
        now,
        launch.value(),
        agent.value(),
        host.value());
  }

  /**
   * Evidence that the host's key signed was refused. That an older launch is live no more says
   * nothing against the one that followed it.
   *
   * @param registered whether the agent is registered for this host; others get no entry of their
   *     own, so that a host cannot fill the table with names
   */
  public static void refused(
      Transaction tx,
      AgentId agent,
      HostId host,
      LaunchId launch,
      Refusal reason,
      boolean registered,
      Instant now)
      throws SQLException {
    int known =
        tx.update(
            "UPDATE agent_status SET last_seen = ?1, launch = ?2, refused_at = ?1, reason = ?3,"
                + " failing_since = CASE WHEN good_launch <> ?2 AND ?3 = 'NO_LIVE_LAUNCH' THEN"
                + " failing_since ELSE coalesce(failing_since, ?1) END WHERE agent = ?4 AND host = ?5",
            now,
            launch.value(),
            reason.name(),
            agent.value(),
            host.value());
    if (known == 0 && registered) {
      tx.update(
          "INSERT INTO agent_status (agent, host, launch, last_seen, refused_at, failing_since,"
              + " reason) VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5)",
          agent.value(),
          host.value(),
          launch.value(),
          now,
          reason.name());
    }
  }

  public static Heard heard(Transaction tx, AgentId agent, HostId host) throws SQLException {
    return tx.one(
            "SELECT last_seen, last_good FROM agent_status WHERE agent = ? AND host = ?",
            row -> new Heard(instant(row, "last_seen"), instant(row, "last_good")),
            agent.value(),
            host.value())
        .orElse(Heard.NOTHING);
  }

  /** Up to {@value #PAGE} after the given pair, by agent and host; both empty for the first. */
  public static List<AgentStatus> page(Transaction tx, String agent, String host)
      throws SQLException {
    RevokedSubjects revoked = RevokedSubjects.read(tx);
    return tx.list(
        PAIRS + " WHERE (p.agent, p.host) > (?, ?) ORDER BY p.agent, p.host LIMIT " + PAGE,
        row -> status(row, revoked),
        agent,
        host);
  }

  /** Everything; for counting. */
  public static List<AgentStatus> all(Transaction tx) throws SQLException {
    RevokedSubjects revoked = RevokedSubjects.read(tx);
    return tx.list(PAIRS + " ORDER BY p.agent, p.host", row -> status(row, revoked));
  }

  /** Those of a host, the one heard of last first; only those that were ever heard of. */
  public static List<AgentStatus> ofHost(Transaction tx, HostId host) throws SQLException {
    RevokedSubjects revoked = RevokedSubjects.read(tx);
    return tx.list(
        PAIRS + " WHERE p.host = ? AND s.last_seen IS NOT NULL ORDER BY s.last_seen DESC",
        row -> status(row, revoked),
        host.value());
  }

  static void removeForgotten(Transaction tx, Instant now) throws SQLException {
    tx.update(
        "DELETE FROM agent_status WHERE last_seen < ? AND NOT EXISTS (SELECT 1 FROM registrations r"
            + " WHERE r.agent = agent_status.agent)",
        now.minus(REMEMBERED));
  }

  private static AgentStatus status(ResultSet row, RevokedSubjects revoked) throws SQLException {
    AgentId agent = new AgentId(row.getString("of_agent"));
    HostId host = new HostId(row.getString("of_host"));
    String launch = row.getString("launch");
    String goodLaunch = row.getString("good_launch");
    return new AgentStatus(
        agent,
        host,
        launch == null ? null : new LaunchId(launch),
        instant(row, "last_seen"),
        instant(row, "last_good"),
        goodLaunch == null ? null : new LaunchId(goodLaunch),
        instant(row, "good_since"),
        instant(row, "renew_by"),
        instant(row, "good_until"),
        appraisal(row.getString("appraisal")),
        instant(row, "failing_since"),
        instant(row, "refused_at"),
        row.getString("reason"),
        revoked
            .since(
                agent,
                host,
                goodLaunch,
                row.getString("ek_hash"),
                row.getString("request_key"),
                row.getString("measurements"))
            .orElse(null));
  }

  /** As it was written, maybe by an earlier build with fewer members. */
  private static JsonNode appraisal(String json) throws SQLException {
    if (json == null) {
      return null;
    }
    try {
      return StrictJson.tree(json.getBytes(StandardCharsets.UTF_8), Limits.TOKEN_BYTES);
    } catch (MalformedMessageException e) {
      throw new SQLException("agent_status.appraisal: " + e.getMessage(), e);
    }
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
