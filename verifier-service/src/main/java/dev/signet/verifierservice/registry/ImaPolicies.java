// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Digest;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Policies for IMA's log. Registrations name them by digest, so none is ever changed. */
public final class ImaPolicies {
  /** Most that are kept. */
  public static final int MAX = 256;

  private ImaPolicies() {}

  /**
   * @param bytes of the document
   * @param agents whose registrations name it
   */
  public record Listed(Digest policy, long bytes, Instant addedAt, String addedBy, long agents) {}

  /** Keeps the document as it came; false if there are too many. */
  public static boolean add(Transaction tx, Digest digest, byte[] document, String by, Instant now)
      throws SQLException {
    if (tx.number("SELECT count(*) FROM ima_policies WHERE digest <> ?", digest) >= MAX) {
      return false;
    }
    tx.update(
        "INSERT INTO ima_policies VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        digest,
        document,
        now,
        by);
    return true;
  }

  public static boolean has(Transaction tx, Digest digest) throws SQLException {
    return tx.number("SELECT count(*) FROM ima_policies WHERE digest = ?", digest) > 0;
  }

  /**
   * @throws IllegalStateException if the database is damaged
   */
  public static Optional<ImaPolicy> find(Transaction tx, Digest digest) throws SQLException {
    Optional<byte[]> document =
        tx.one(
            "SELECT document FROM ima_policies WHERE digest = ?", row -> row.getBytes(1), digest);
    if (document.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StrictJson.decode(document.get(), ImaPolicy.class, Limits.IMA_POLICY_BYTES));
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the IMA policy " + digest + " is damaged", e);
    }
  }

  public static List<Listed> all(Transaction tx) throws SQLException {
    return tx.list(
        "SELECT digest, length(document), added_at, added_by, (SELECT count(*) FROM registrations r"
            + " WHERE json_extract(r.document, '$.ima.policy') = digest) FROM ima_policies"
            + " ORDER BY added_at, digest",
        row ->
            new Listed(
                Digest.parse(row.getString(1)),
                row.getLong(2),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getString(4),
                row.getLong(5)));
  }

  /** Whether a registration names it. */
  public static boolean inUse(Transaction tx, Digest digest) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM registrations WHERE json_extract(document, '$.ima.policy') = ?",
            digest)
        > 0;
  }

  /** Forgets it, and how far logs were read under it. */
  public static boolean remove(Transaction tx, Digest digest) throws SQLException {
    tx.update("DELETE FROM ima_positions WHERE policy = ?", digest);
    return tx.update("DELETE FROM ima_policies WHERE digest = ?", digest) == 1;
  }
}
