// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LogRequest;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/** How far each host's log of IMA was read and found good, for each policy: of the newest boot. */
public final class ImaPositions {
  private ImaPositions() {}

  /** Of this very boot. */
  public static Optional<ImaPosition> find(
      Transaction tx, Bytes akName, Digest policy, long resetCount, long restartCount)
      throws SQLException {
    return tx.one(
        "SELECT bytes, entries, value FROM ima_positions WHERE ak_name = ? AND policy = ? AND"
            + " reset_count = ? AND restart_count = ?",
        row -> new ImaPosition(row.getLong(1), row.getLong(2), Digest.parse(row.getString(3))),
        akName,
        policy,
        resetCount,
        restartCount);
  }

  /** Of whatever boot it is, as a challenge asks for what comes after it. */
  public static Optional<LogRequest.Ima> newest(Transaction tx, Bytes akName, Digest policy)
      throws SQLException {
    return tx.one(
        "SELECT bytes, reset_count, restart_count FROM ima_positions WHERE ak_name = ? AND policy"
            + " = ?",
        row -> new LogRequest.Ima(row.getLong(1), row.getLong(2), row.getLong(3)),
        akName,
        policy);
  }

  /** Keeps the position, unless a later one was reached meanwhile. */
  public static void advance(
      Transaction tx, Bytes akName, Digest policy, ClockInfo boot, ImaPosition reached)
      throws SQLException {
    tx.update(
        "INSERT INTO ima_positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (ak_name, policy)"
            + " DO UPDATE SET reset_count = ?3, restart_count = ?4, bytes = ?5, entries = ?6, value"
            + " = ?7 WHERE (reset_count, restart_count, bytes) < (?3, ?4, ?5)",
        akName,
        policy,
        boot.resetCount(),
        boot.restartCount(),
        reached.bytes(),
        reached.entries(),
        reached.value());
  }

  /** Forgets a position that the host's log contradicts: it is asked for from the start. */
  public static void forget(Transaction tx, Bytes akName, Digest policy, ImaPosition contradicted)
      throws SQLException {
    tx.update(
        "DELETE FROM ima_positions WHERE ak_name = ? AND policy = ? AND bytes = ? AND value = ?",
        akName,
        policy,
        contradicted.bytes(),
        contradicted.value());
  }
}
