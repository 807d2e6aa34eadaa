// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Enrolments between the credential challenge and its activation. */
public final class Enrolments {
  /** More than one address may begin in the time of a TPM's answer. */
  private static final int OPEN = 64;

  private Enrolments() {}

  /**
   * One of them.
   *
   * @param secretHash SHA-256 of the secret in the credential
   * @param platform SHA-256 of the platform certificate that was good, or null
   * @param admittedBy the maker of the join token that was used up, or null if the host was
   *     admitted before
   */
  public record Enrolment(
      String id,
      HostId host,
      Digest tpm,
      Bytes akName,
      Bytes akPublic,
      Bytes parentPublic,
      Digest secretHash,
      Bytes nonce,
      String admittedBy,
      Digest platform,
      Instant expires) {}

  /**
   * A host has a few open enrolments, of which a new one takes the place of the oldest: whoever
   * knows its EK certificate can begin one, and must not end the host's own.
   */
  public static void add(Transaction tx, Enrolment e) throws SQLException {
    tx.update(
        "DELETE FROM enrolments WHERE host = ?1 AND id NOT IN (SELECT id FROM enrolments WHERE host"
            + " = ?1 ORDER BY expires DESC LIMIT ?2)",
        e.host().value(),
        OPEN - 1);
    tx.update(
        "INSERT INTO enrolments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        e.id(),
        e.host().value(),
        e.tpm(),
        e.akName(),
        e.akPublic(),
        e.parentPublic(),
        e.secretHash(),
        e.nonce(),
        e.admittedBy(),
        e.expires(),
        e.platform());
  }

  /** Takes the enrolment out: whatever follows, nobody answers its challenge a second time. */
  public static Optional<Enrolment> take(Transaction tx, String id, Instant now)
      throws SQLException {
    return tx.one(
        "DELETE FROM enrolments WHERE id = ? AND expires > ? RETURNING *",
        row ->
            new Enrolment(
                row.getString("id"),
                new HostId(row.getString("host")),
                Digest.parse(row.getString("ek_hash")),
                Bytes.of(row.getBytes("ak_name")),
                Bytes.of(row.getBytes("ak_public")),
                Bytes.of(row.getBytes("parent_public")),
                Digest.parse(row.getString("secret_hash")),
                Bytes.of(row.getBytes("nonce")),
                row.getString("admitted_by"),
                row.getString("platform") == null ? null : Digest.parse(row.getString("platform")),
                Instant.ofEpochMilli(row.getLong("expires"))),
        id,
        now);
  }

  static void removeExpired(Transaction tx, Instant now) throws SQLException {
    tx.update("DELETE FROM enrolments WHERE expires <= ?", now);
  }
}
