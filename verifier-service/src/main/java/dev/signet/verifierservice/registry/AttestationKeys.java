// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The live attestation keys: at most one a host, and one a TPM. */
public final class AttestationKeys {
  private AttestationKeys() {}

  /**
   * A live key.
   *
   * @param akName 34 bytes
   * @param akPublic TPMT_PUBLIC
   * @param parentPublic TPMT_PUBLIC of its parent
   * @param clock milliseconds, as in the newest quote accepted
   */
  public record Live(
      Bytes akName,
      HostId host,
      Digest tpm,
      Bytes akPublic,
      Bytes parentPublic,
      Instant enrolledAt,
      long resetCount,
      long restartCount,
      long clock,
      Instant lastSeen) {}

  public static Optional<Live> find(Transaction tx, Bytes akName) throws SQLException {
    return tx.one(
        "SELECT * FROM attestation_keys WHERE ak_name = ?", AttestationKeys::live, akName);
  }

  public static Optional<Live> ofHost(Transaction tx, HostId host) throws SQLException {
    return tx.one(
        "SELECT * FROM attestation_keys WHERE host = ?", AttestationKeys::live, host.value());
  }

  /** Whether the host, or the TPM under any name, has a live key. */
  public static boolean existsFor(Transaction tx, HostId host, Digest tpm) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM attestation_keys WHERE host = ? OR ek_hash = ?",
            host.value(),
            tpm)
        > 0;
  }

  /** False if there is a live key already. */
  public static boolean add(Transaction tx, Live key) throws SQLException {
    return tx.update(
            "INSERT INTO attestation_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO"
                + " NOTHING",
            key.akName(),
            key.host().value(),
            key.tpm(),
            key.akPublic(),
            key.parentPublic(),
            key.enrolledAt(),
            key.resetCount(),
            key.restartCount(),
            key.clock(),
            key.lastSeen())
        == 1;
  }

  /** Takes over the counters of an accepted quote, unless a later one was accepted meanwhile. */
  public static void seen(Transaction tx, Bytes akName, ClockInfo quoted, Instant now)
      throws SQLException {
    tx.update(
        "UPDATE attestation_keys SET reset_count = ?1, restart_count = ?2, clock = ?3 WHERE ak_name"
            + " = ?4 AND (reset_count, restart_count, clock) < (?1, ?2, ?3)",
        quoted.resetCount(),
        quoted.restartCount(),
        quoted.clock(),
        akName);
    tx.update("UPDATE attestation_keys SET last_seen = ? WHERE ak_name = ?", now, akName);
  }

  /** Forgets the host's key with its challenges and its boot's log; false if it has none. */
  public static boolean remove(Transaction tx, HostId host) throws SQLException {
    tx.update(
        "DELETE FROM challenges WHERE ak_name IN (SELECT ak_name FROM attestation_keys WHERE host ="
            + " ?)",
        host.value());
    tx.update(
        "DELETE FROM firmware_logs WHERE ak_name IN (SELECT ak_name FROM attestation_keys WHERE"
            + " host = ?)",
        host.value());
    tx.update(
        "DELETE FROM ima_positions WHERE ak_name IN (SELECT ak_name FROM attestation_keys WHERE"
            + " host = ?)",
        host.value());
    tx.update(
        "DELETE FROM boot_sequences WHERE ak_name IN (SELECT ak_name FROM attestation_keys WHERE host ="
            + " ?)",
        host.value());
    return tx.update("DELETE FROM attestation_keys WHERE host = ?", host.value()) == 1;
  }

  private static Live live(ResultSet row) throws SQLException {
    return new Live(
        Bytes.of(row.getBytes("ak_name")),
        new HostId(row.getString("host")),
        Digest.parse(row.getString("ek_hash")),
        Bytes.of(row.getBytes("ak_public")),
        Bytes.of(row.getBytes("parent_public")),
        Instant.ofEpochMilli(row.getLong("enrolled_at")),
        row.getLong("reset_count"),
        row.getLong("restart_count"),
        row.getLong("clock"),
        Instant.ofEpochMilli(row.getLong("last_seen")));
  }
}
