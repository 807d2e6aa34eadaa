// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Which request key belongs to whom, and when each agent was last attested. */
public final class AgentKeys {
  private AgentKeys() {}

  /**
   * Binds the key to this agent on this host, for ever. Only for a key whose possession was proved:
   * otherwise anybody could claim another's key first.
   *
   * @return false if it belongs to another agent or host
   */
  public static boolean claim(
      Transaction tx, String thumbprint, AgentId agent, HostId host, Instant now)
      throws SQLException {
    tx.update(
        "INSERT INTO agent_keys VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        thumbprint,
        agent.value(),
        host.value(),
        now);
    return tx.number(
            "SELECT count(*) FROM agent_keys WHERE thumbprint = ? AND agent = ? AND host = ?",
            thumbprint,
            agent.value(),
            host.value())
        == 1;
  }

  /** Whether the key belongs to another agent or host; says nothing of who holds it. */
  public static boolean belongsToOther(
      Transaction tx, String thumbprint, AgentId agent, HostId host) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM agent_keys WHERE thumbprint = ? AND NOT (agent = ? AND host = ?)",
            thumbprint,
            agent.value(),
            host.value())
        > 0;
  }

  public static void attested(
      Transaction tx, AgentId agent, HostId host, LaunchId launch, Instant now, Instant expires)
      throws SQLException {
    tx.update(
        "INSERT INTO attested VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent, host) DO UPDATE SET launch"
            + " = excluded.launch, last_seen = excluded.last_seen, token_expires ="
            + " excluded.token_expires",
        agent.value(),
        host.value(),
        launch.value(),
        now,
        expires);
  }

  /** The launch whose evidence from this host was accepted last. */
  public static Optional<LaunchId> newestLaunch(Transaction tx, AgentId agent, HostId host)
      throws SQLException {
    return tx.one(
        "SELECT launch FROM attested WHERE agent = ? AND host = ?",
        row -> new LaunchId(row.getString(1)),
        agent.value(),
        host.value());
  }
}
