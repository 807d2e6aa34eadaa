// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Firmware event logs, so that each crosses the wire once a boot. One an attestation key: that of
 * the newest boot.
 */
public final class FirmwareLogs {
  private FirmwareLogs() {}

  /** The log of this very boot. */
  public static Optional<Bytes> find(Transaction tx, Bytes akName, ClockInfo boot)
      throws SQLException {
    return tx.one(
        "SELECT log FROM firmware_logs WHERE ak_name = ? AND reset_count = ? AND restart_count = ?",
        row -> Bytes.of(row.getBytes(1)),
        akName,
        boot.resetCount(),
        boot.restartCount());
  }

  /** Whether the log of the boot in which the key was last accepted is here. */
  public static boolean has(Transaction tx, AttestationKeys.Live key) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM firmware_logs WHERE ak_name = ? AND reset_count = ? AND"
                + " restart_count = ?",
            key.akName(),
            key.resetCount(),
            key.restartCount())
        > 0;
  }

  /** Keeps the log in place of an earlier boot's. */
  public static void keep(Transaction tx, Bytes akName, ClockInfo boot, Bytes log)
      throws SQLException {
    tx.update(
        "INSERT INTO firmware_logs VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ak_name) DO UPDATE SET"
            + " reset_count = ?2, restart_count = ?3, log = ?4 WHERE (reset_count, restart_count)"
            + " <= (?2, ?3)",
        akName,
        boot.resetCount(),
        boot.restartCount(),
        log);
  }
}
