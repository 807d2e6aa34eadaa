// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.Revocation.Scope;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What was revoked. Every change raises the trust snapshot's number in the same transaction. */
public final class Revocations {
  /**
   * Most entries of a snapshot: with values of the greatest length they take three quarters of
   * {@link dev.signet.protocol.Limits#SNAPSHOT_BYTES}.
   */
  public static final int MOST_PUBLISHED = 30_000;

  /** Twice the longest life of a token: room for what was under way, and for clocks. */
  private static final Duration OUTLIVES_TOKENS = Limits.TOKEN_LIFE_MAX.multipliedBy(2);

  /** The certificate itself, or another one for the same key. Takes the certificate twice. */
  private static final String OF_TPM =
      "(value = ? OR value IN (SELECT same.ek_hash FROM tpm_keys own JOIN tpm_keys same USING"
          + " (key_hash) WHERE own.ek_hash = ?))";

  /** The host itself, or another name that this TPM was enrolled under. Takes host, certificate. */
  private static final String OF_HOST =
      "(value = ? OR value IN (SELECT host FROM host_keys JOIN tpm_keys USING (key_hash) WHERE"
          + " ek_hash = ?))";

  private Revocations() {}

  /** A revocation with why and by whom. */
  public record Recorded(
      Scope scope, String value, Instant since, String reason, String revokedBy) {}

  /** Who would get a token or an approval. */
  public record Subject(
      AgentId agent,
      LaunchId launch,
      String thumbprint,
      HostId host,
      Digest tpm,
      List<Digest> measurements) {
    public Subject {
      measurements = List.copyOf(measurements);
    }
  }

  /** False if it was revoked before. */
  public static boolean add(
      Transaction tx, Scope scope, String value, String reason, String by, Instant now)
      throws SQLException {
    boolean added =
        tx.update(
                "INSERT INTO revocations VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                scope.name(),
                value,
                now,
                reason,
                by)
            == 1;
    if (added) {
      raiseNumber(tx);
    }
    return added;
  }

  /** False if it was not revoked. */
  public static boolean remove(Transaction tx, Scope scope, String value) throws SQLException {
    boolean removed =
        tx.update("DELETE FROM revocations WHERE scope = ? AND value = ?", scope.name(), value)
            == 1;
    if (removed) {
      raiseNumber(tx);
    }
    return removed;
  }

  /** What of {@code subject} is revoked, if anything. */
  public static Optional<Revocation> find(Transaction tx, Subject subject) throws SQLException {
    String sql =
        "SELECT scope, value, since FROM revocations WHERE (scope = 'AGENT' AND value = ?) OR (scope"
            + " = 'LAUNCH' AND value = ?) OR (scope = 'KEY' AND value = ?) OR (scope = 'HOST' AND "
            + OF_HOST
            + ") OR (scope = 'TPM' AND "
            + OF_TPM
            + ") LIMIT 1";
    Optional<Revocation> found =
        tx.one(
            sql,
            Revocations::revocation,
            subject.agent().value(),
            subject.launch().value(),
            subject.thumbprint(),
            subject.host().value(),
            subject.tpm(),
            subject.tpm(),
            subject.tpm());
    for (Digest measurement : subject.measurements()) {
      if (found.isEmpty()) {
        found =
            tx.one(
                "SELECT scope, value, since FROM revocations WHERE scope = 'MEASUREMENT' AND value"
                    + " = ?",
                Revocations::revocation,
                measurement);
      }
    }
    return found;
  }

  /** What of a host without an agent is revoked, if anything. */
  public static Optional<Revocation> findHost(Transaction tx, HostId host, Digest tpm)
      throws SQLException {
    return tx.one(
        "SELECT scope, value, since FROM revocations WHERE (scope = 'HOST' AND "
            + OF_HOST
            + ") OR (scope = 'TPM' AND "
            + OF_TPM
            + ") LIMIT 1",
        Revocations::revocation,
        host.value(),
        tpm,
        tpm,
        tpm);
  }

  /**
   * What services have to refuse. All of it, but for what no token that is still good can name:
   * revocations of a launch, and of a key whose host is no longer admitted, once every token is
   * over that was issued before. This verifier goes on refusing these too. A TPM is in it under
   * every certificate for its key that is known, and a host under the name that its TPM has now:
   * tokens name the ones that were enrolled.
   */
  public static List<Revocation> published(Transaction tx, Instant now) throws SQLException {
    return tx.list(
        "SELECT scope, value, since FROM revocations WHERE NOT (since < ?1 AND (scope = 'LAUNCH' OR"
            + " (scope = 'KEY' AND EXISTS (SELECT 1 FROM agent_keys WHERE thumbprint = value) AND NOT"
            + " EXISTS (SELECT 1 FROM agent_keys JOIN hosts USING (host) WHERE thumbprint = value))))"
            + " UNION ALL SELECT 'TPM', same.ek_hash, min(since) FROM revocations JOIN tpm_keys own"
            + " ON own.ek_hash = value JOIN tpm_keys same USING (key_hash) WHERE scope = 'TPM' AND"
            + " same.ek_hash NOT IN (SELECT value FROM revocations WHERE scope = 'TPM') GROUP BY"
            + " same.ek_hash UNION ALL SELECT 'HOST', hosts.host, min(since) FROM revocations JOIN"
            + " host_keys former ON former.host = value JOIN tpm_keys USING (key_hash) JOIN hosts"
            + " USING (ek_hash) WHERE scope = 'HOST' AND hosts.host NOT IN (SELECT value FROM"
            + " revocations WHERE scope = 'HOST') GROUP BY hosts.host ORDER BY since, scope, value",
        Revocations::revocation,
        now.minus(OUTLIVES_TOKENS));
  }

  /** Whether one more fits into the snapshot, now and whatever hosts come back. */
  public static boolean hasRoom(Transaction tx, Instant now) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM revocations WHERE NOT (since < ? AND scope = 'LAUNCH')",
            now.minus(OUTLIVES_TOKENS))
        < MOST_PUBLISHED;
  }

  public static List<Recorded> recorded(Transaction tx) throws SQLException {
    return tx.list(
        "SELECT * FROM revocations ORDER BY since, scope, value",
        row ->
            new Recorded(
                Scope.valueOf(row.getString("scope")),
                row.getString("value"),
                Instant.ofEpochMilli(row.getLong("since")),
                row.getString("reason"),
                row.getString("revoked_by")));
  }

  private static void raiseNumber(Transaction tx) throws SQLException {
    tx.update("UPDATE state SET value = value + 1 WHERE name = 'number'");
  }

  private static Revocation revocation(ResultSet row) throws SQLException {
    return new Revocation(Scope.valueOf(row.getString(1)), row.getString(2), row.getLong(3) / 1000);
  }
}
