// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Purpose;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Nonces that were given out and not used. Kept as digests: a reader of the database has none. */
public final class Challenges {
  private Challenges() {}

  /**
   * Remembers a nonce. Beyond {@code bound} unused ones of a key its oldest is forgotten: anybody
   * who knows a key's Name can ask, and must not shut its host out.
   */
  public static void add(
      Transaction tx,
      Bytes nonce,
      Purpose purpose,
      AttestationKeys.Live key,
      AgentId agent,
      Instant expires,
      int bound)
      throws SQLException {
    if (tx.number("SELECT count(*) FROM challenges WHERE ak_name = ?", key.akName()) >= bound) {
      tx.update(
          "DELETE FROM challenges WHERE nonce_hash IN (SELECT nonce_hash FROM challenges WHERE"
              + " ak_name = ? ORDER BY expires LIMIT 1)",
          key.akName());
    }
    tx.update(
        "INSERT INTO challenges VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        Digest.hash(nonce.toArray()),
        purpose.name(),
        key.akName(),
        agent.value(),
        key.resetCount(),
        key.restartCount(),
        key.clock(),
        expires);
  }

  /**
   * Uses the nonce up: one caller gets an answer, and only for the purpose, key and agent that it
   * was given for.
   *
   * @return the counters that were last accepted from the key when the nonce was given out: a quote
   *     over the nonce is later than they are, also where several are on their way at once
   */
  public static Optional<ClockInfo> take(
      Transaction tx, Bytes nonce, Purpose purpose, Bytes akName, AgentId agent, Instant now)
      throws SQLException {
    return tx.one(
        "DELETE FROM challenges WHERE nonce_hash = ? AND purpose = ? AND ak_name = ? AND agent = ?"
            + " AND expires > ? RETURNING clock, reset_count, restart_count",
        row -> new ClockInfo(row.getLong(1), row.getLong(2), row.getLong(3), true),
        Digest.hash(nonce.toArray()),
        purpose.name(),
        akName,
        agent.value(),
        now);
  }

  public static long outstanding(Transaction tx, Instant now) throws SQLException {
    return tx.number("SELECT count(*) FROM challenges WHERE expires > ?", now);
  }

  static void removeExpired(Transaction tx, Instant now) throws SQLException {
    tx.update("DELETE FROM challenges WHERE expires <= ?", now);
  }
}
