// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StateApproval.Floor;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.storage.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Registered agents and the floors of their security versions. */
public final class Registrations {
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private Registrations() {}

  /** A registration with its floor and its last change. */
  public record Registered(
      AgentId agent,
      AgentRegistration registration,
      long floor,
      Instant changedAt,
      String changedBy) {}

  /** A registration as it is stored; {@link #registration} parses it, which takes its time. */
  public record Row(
      AgentId agent, String document, Floor floor, Instant changedAt, String changedBy) {
    /**
     * @throws IllegalStateException if the database is damaged
     */
    public AgentRegistration registration() {
      byte[] json = document.getBytes(StandardCharsets.UTF_8);
      try {
        return StrictJson.decode(json, AgentRegistration.class, MAX_BYTES);
      } catch (MalformedMessageException e) {
        throw new IllegalStateException("the registration of " + agent + " is damaged", e);
      }
    }

    Registered registered() {
      return new Registered(agent, registration(), floor.securityVersion(), changedAt, changedBy);
    }

    /** Whether nobody has written the registration since; its floor may have moved. */
    public boolean sameRegistration(Row other) {
      return agent.equals(other.agent)
          && document.equals(other.document)
          && changedAt.equals(other.changedAt)
          && changedBy.equals(other.changedBy);
    }
  }

  private static final String SELECT =
      "SELECT r.*, coalesce(f.security_version, 0) AS floor,"
          + " coalesce(f.lowered, 0) AS lowered FROM registrations r LEFT JOIN floors f"
          + " ON f.agent = r.agent";

  public static Optional<Row> row(Transaction tx, AgentId agent) throws SQLException {
    return tx.one(SELECT + " WHERE r.agent = ?", Registrations::row, agent.value());
  }

  /** The policy for IMA's log that the agent's registration names. */
  public static Optional<Digest> imaPolicy(Transaction tx, AgentId agent) throws SQLException {
    return tx.one(
            "SELECT json_extract(document, '$.ima.policy') FROM registrations WHERE agent = ?",
            row -> Optional.ofNullable(row.getString(1)),
            agent.value())
        .flatMap(policy -> policy)
        .map(Digest::parse);
  }

  public static Optional<Registered> find(Transaction tx, AgentId agent) throws SQLException {
    return row(tx, agent).map(Row::registered);
  }

  public static List<Registered> all(Transaction tx) throws SQLException {
    return tx.list(SELECT + " ORDER BY r.agent", Registrations::row).stream()
        .map(Row::registered)
        .toList();
  }

  public static void put(
      Transaction tx, AgentId agent, AgentRegistration registration, String by, Instant now)
      throws SQLException {
    String json = new String(StrictJson.encode(registration), StandardCharsets.UTF_8);
    tx.update(
        "INSERT INTO registrations VALUES (?, ?, ?, ?) ON CONFLICT (agent) DO UPDATE SET document ="
            + " excluded.document, changed_at = excluded.changed_at, changed_by ="
            + " excluded.changed_by",
        agent.value(),
        json,
        now,
        by);
  }

  /** The floor stays: registering the agent again does not bring old builds back. */
  public static boolean remove(Transaction tx, AgentId agent) throws SQLException {
    return tx.update("DELETE FROM registrations WHERE agent = ?", agent.value()) == 1;
  }

  /** The lowest security version accepted; 0 if none was set. */
  public static long floor(Transaction tx, AgentId agent) throws SQLException {
    return tx.one(
            "SELECT security_version FROM floors WHERE agent = ?",
            row -> row.getLong(1),
            agent.value())
        .orElse(0L);
  }

  /**
   * @param lowering whether older builds than before may run from now on; counted
   */
  public static void setFloor(Transaction tx, AgentId agent, long version, boolean lowering)
      throws SQLException {
    tx.update(
        "INSERT INTO floors (agent, security_version, lowered) VALUES (?, ?, ?) ON CONFLICT (agent)"
            + " DO UPDATE SET security_version = excluded.security_version, lowered = lowered +"
            + " excluded.lowered",
        agent.value(),
        version,
        lowering ? 1L : 0L);
  }

  /**
   * Raises the floor to a version that was accepted, if none so high was followed before. So an
   * operator's lowering is not undone by newer builds that still run somewhere.
   *
   * @return the floor before, if it was raised
   */
  public static Optional<Long> follow(Transaction tx, AgentId agent, long accepted)
      throws SQLException {
    long followed =
        tx.one("SELECT followed FROM floors WHERE agent = ?", row -> row.getLong(1), agent.value())
            .orElse(0L);
    if (accepted <= followed) {
      return Optional.empty();
    }
    long before = floor(tx, agent);
    tx.update(
        "INSERT INTO floors (agent, security_version, followed) VALUES (?, ?, ?) ON CONFLICT"
            + " (agent) DO UPDATE SET security_version = max(security_version,"
            + " excluded.security_version), followed = excluded.followed",
        agent.value(),
        accepted,
        accepted);
    return accepted > before ? Optional.of(before) : Optional.empty();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        new AgentId(row.getString("agent")),
        row.getString("document"),
        new Floor(row.getLong("floor"), row.getLong("lowered")),
        Instant.ofEpochMilli(row.getLong("changed_at")),
        row.getString("changed_by"));
  }
}
