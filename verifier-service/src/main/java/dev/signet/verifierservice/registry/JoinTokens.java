// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifierservice.storage.Transaction;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Admissions that work once, for one host, and for one TPM if that was said. */
public final class JoinTokens {
  private static final int BYTES = 32;

  private JoinTokens() {}

  /** 256 random bits in base64url. */
  public static String random(SecureRandom random) {
    byte[] token = new byte[BYTES];
    random.nextBytes(token);
    return Bytes.of(token).toBase64Url();
  }

  /**
   * @param tpm or null for any genuine one
   */
  public static void add(
      Transaction tx, String token, HostId host, Digest tpm, Instant expires, String by)
      throws SQLException {
    tx.update(
        "INSERT INTO join_tokens VALUES (?, ?, ?, ?, ?)",
        hash(token),
        host.value(),
        tpm,
        expires,
        by);
  }

  /**
   * A token that admits.
   *
   * @param bound whether it says for which TPM it is
   */
  public record Found(String createdBy, boolean bound) {}

  /** The token, or nothing if it does not admit this TPM as this host. */
  public static Optional<Found> find(
      Transaction tx, String token, HostId host, Digest tpm, Instant now) throws SQLException {
    return tx.one(
        "SELECT created_by, ek_hash IS NOT NULL FROM join_tokens WHERE token_hash = ? AND host = ? AND (ek_hash IS NULL"
            + " OR ek_hash = ?) AND expires > ?",
        row -> new Found(row.getString(1), row.getBoolean(2)),
        hash(token),
        host.value(),
        tpm,
        now);
  }

  /** Uses the token up. */
  public static void remove(Transaction tx, String token) throws SQLException {
    tx.update("DELETE FROM join_tokens WHERE token_hash = ?", hash(token));
  }

  static void removeExpired(Transaction tx, Instant now) throws SQLException {
    tx.update("DELETE FROM join_tokens WHERE expires <= ?", now);
  }

  private static Digest hash(String token) {
    return Digest.hash(token.getBytes(StandardCharsets.UTF_8));
  }
}
