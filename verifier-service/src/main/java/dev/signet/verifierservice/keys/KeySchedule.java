// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Bytes;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * From when each key is published and signs, and the roots' certificates, in the database. Keys are
 * named by their thumbprints: one that was replaced by hand is another one.
 */
final class KeySchedule {
  private KeySchedule() {}

  /** What is known of a key. */
  record Entry(Instant published, Instant signsFrom, Bytes certificate) {}

  static Optional<Entry> find(Transaction tx, KeyPurpose purpose, String kid) throws SQLException {
    return tx.one(
        "SELECT published, signs_from, certificate FROM key_schedule WHERE purpose = ? AND kid = ?",
        row -> {
          byte[] certificate = row.getBytes(3);
          return new Entry(
              Instant.ofEpochMilli(row.getLong(1)),
              Instant.ofEpochMilli(row.getLong(2)),
              certificate == null ? null : Bytes.of(certificate));
        },
        purpose.wireName(),
        kid);
  }

  static void add(Transaction tx, KeyPurpose purpose, String kid, Entry entry) throws SQLException {
    tx.update(
        "INSERT INTO key_schedule (purpose, kid, published, signs_from, certificate) VALUES (?, ?,"
            + " ?, ?, ?)",
        purpose.wireName(),
        kid,
        entry.published(),
        entry.signsFrom(),
        entry.certificate());
  }
}
