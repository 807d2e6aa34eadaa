// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifier.verification.PlatformCertificate;
import dev.signet.verifier.verification.PlatformDescription;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Which machine a host is, by the platform certificate that it was enrolled with. */
public final class Platforms {
  private Platforms() {}

  /**
   * What was checked at the enrolment. Parts of machines are exchanged; nothing compares.
   *
   * @param serial null if the certificate gives none
   * @param certificate SHA-256 of its DER
   * @param notAfter until when the certificate is valid
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Platform(
      String manufacturer,
      String model,
      String version,
      String serial,
      Digest certificate,
      Instant notAfter) {}

  /** Remembers what a verified certificate says. */
  public static void note(Transaction tx, PlatformCertificate platform) throws SQLException {
    PlatformDescription is = platform.description();
    tx.update(
        "INSERT INTO platforms VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        platform.digest(),
        is.manufacturer(),
        is.model(),
        is.version(),
        is.serial(),
        platform.notAfter());
  }

  /**
   * The host was enrolled with this certificate, in place of any earlier one.
   *
   * @param certificate SHA-256 of one that was {@linkplain #note noted}, or null for none
   */
  public static void enrolled(Transaction tx, HostId host, Digest certificate) throws SQLException {
    forget(tx, host);
    if (certificate != null) {
      tx.update("INSERT INTO host_platforms VALUES (?, ?)", host.value(), certificate);
    }
  }

  /** Empty if the host was enrolled without a platform certificate. */
  public static Optional<Platform> ofHost(Transaction tx, HostId host) throws SQLException {
    return tx.one(
        "SELECT platforms.* FROM host_platforms JOIN platforms USING (certificate_hash) WHERE host"
            + " = ?",
        row ->
            new Platform(
                row.getString("manufacturer"),
                row.getString("model"),
                row.getString("version"),
                row.getString("serial"),
                Digest.parse(row.getString("certificate_hash")),
                Instant.ofEpochMilli(row.getLong("not_after"))),
        host.value());
  }

  static void forget(Transaction tx, HostId host) throws SQLException {
    tx.update("DELETE FROM host_platforms WHERE host = ?", host.value());
  }
}
