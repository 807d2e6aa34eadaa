// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Which TPM is which host. A TPM is named by the SHA-256 of its EK certificate. */
public final class Hosts {
  private Hosts() {}

  /** An admitted host. */
  public record Admitted(HostId host, Digest tpm, Instant admittedAt, String admittedBy) {}

  /**
   * A genuine TPM that asked and that nobody admitted.
   *
   * @param host what it asked to be at first: its certificate is no secret, so whoever asks later
   *     may be somebody else
   * @param newestHost what it asked to be last
   */
  public record Pending(
      Digest tpm, HostId host, HostId newestHost, Instant firstSeen, Instant lastSeen) {}

  public static Optional<Admitted> find(Transaction tx, HostId host) throws SQLException {
    return tx.one("SELECT * FROM hosts WHERE host = ?", Hosts::admitted, host.value());
  }

  /** The host that this TPM is. */
  public static Optional<Admitted> withTpm(Transaction tx, Digest tpm) throws SQLException {
    return tx.one("SELECT * FROM hosts WHERE ek_hash = ?", Hosts::admitted, tpm);
  }

  public static List<Admitted> all(Transaction tx) throws SQLException {
    return tx.list("SELECT * FROM hosts ORDER BY host", Hosts::admitted);
  }

  public static List<Pending> pending(Transaction tx) throws SQLException {
    return tx.list(
        "SELECT * FROM pending_hosts ORDER BY first_seen",
        row ->
            new Pending(
                Digest.parse(row.getString("ek_hash")),
                new HostId(row.getString("host")),
                new HostId(row.getString("newest_host")),
                Instant.ofEpochMilli(row.getLong("first_seen")),
                Instant.ofEpochMilli(row.getLong("last_seen"))));
  }

  /** False if the host or the TPM is admitted already. */
  public static boolean admit(Transaction tx, HostId host, Digest tpm, String by, Instant now)
      throws SQLException {
    tx.update("DELETE FROM pending_hosts WHERE ek_hash = ?", tpm);
    return tx.update(
            "INSERT INTO hosts VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            host.value(),
            tpm,
            now,
            by)
        == 1;
  }

  /** Forgets the host with its attestation key and whatever it has begun. */
  public static boolean remove(Transaction tx, HostId host) throws SQLException {
    AttestationKeys.remove(tx, host);
    EndorsementKeys.forget(tx, host);
    HostAlarms.clear(tx, host);
    Platforms.forget(tx, host);
    tx.update("DELETE FROM enrolments WHERE host = ?", host.value());
    tx.update("DELETE FROM join_tokens WHERE host = ?", host.value());
    return tx.update("DELETE FROM hosts WHERE host = ?", host.value()) == 1;
  }

  /**
   * Remembers that {@code tpm} asked, for an operator to see; beyond {@code bound} entries nothing
   * more is remembered.
   */
  public static void notePending(Transaction tx, HostId host, Digest tpm, int bound, Instant now)
      throws SQLException {
    int known =
        tx.update(
            "UPDATE pending_hosts SET newest_host = ?, last_seen = ? WHERE ek_hash = ?",
            host.value(),
            now,
            tpm);
    if (known == 0 && tx.number("SELECT count(*) FROM pending_hosts") < bound) {
      tx.update(
          "INSERT INTO pending_hosts (ek_hash, host, newest_host, first_seen, last_seen) VALUES"
              + " (?1, ?2, ?2, ?3, ?3)",
          tpm,
          host.value(),
          now);
    }
  }

  private static Admitted admitted(java.sql.ResultSet row) throws SQLException {
    return new Admitted(
        new HostId(row.getString("host")),
        Digest.parse(row.getString("ek_hash")),
        Instant.ofEpochMilli(row.getLong("admitted_at")),
        row.getString("admitted_by"));
  }
}
