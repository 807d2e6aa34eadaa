// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Purpose;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;

/** Nonces that were given out and not used. Kept as digests: a reader of the database has none. */
public final class Challenges {
  private Challenges() {}

  /** False if the key has {@code bound} unused challenges. */
  public static boolean add(
      Transaction tx,
      Bytes nonce,
      Purpose purpose,
      Bytes akName,
      AgentId agent,
      Instant expires,
      int bound,
      Instant now)
      throws SQLException {
    if (tx.number("SELECT count(*) FROM challenges WHERE ak_name = ?", akName) >= bound) {
      tx.update("DELETE FROM challenges WHERE ak_name = ? AND expires <= ?", akName, now);
      if (tx.number("SELECT count(*) FROM challenges WHERE ak_name = ?", akName) >= bound) {
        return false;
      }
    }
    tx.update(
        "INSERT INTO challenges VALUES (?, ?, ?, ?, ?)",
        Digest.hash(nonce.toArray()),
        purpose.name(),
        akName,
        agent.value(),
        expires);
    return true;
  }

  /**
   * Uses the nonce up. True for one caller only, and only for the purpose, key and agent that it
   * was given for.
   */
  public static boolean take(
      Transaction tx, Bytes nonce, Purpose purpose, Bytes akName, AgentId agent, Instant now)
      throws SQLException {
    return tx.update(
            "DELETE FROM challenges WHERE nonce_hash = ? AND purpose = ? AND ak_name = ? AND agent"
                + " = ? AND expires > ?",
            Digest.hash(nonce.toArray()),
            purpose.name(),
            akName,
            agent.value(),
            now)
        == 1;
  }

  public static long outstanding(Transaction tx, Instant now) throws SQLException {
    return tx.number("SELECT count(*) FROM challenges WHERE expires > ?", now);
  }

  static void removeExpired(Transaction tx, Instant now) throws SQLException {
    tx.update("DELETE FROM challenges WHERE expires <= ?", now);
  }
}
