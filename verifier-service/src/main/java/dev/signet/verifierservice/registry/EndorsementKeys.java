// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifier.verification.TpmDescription;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/**
 * Which certificates and which hosts go back to one EK public key: whoever has two certificates for
 * one key is one TPM. A chip's RSA and ECC keys have nothing in common that could be compared.
 */
public final class EndorsementKeys {
  private EndorsementKeys() {}

  /**
   * Remembers which key {@code tpm}, SHA-256 of a certificate, is about.
   *
   * @param is what the certificate says that the TPM is
   */
  public static void note(Transaction tx, Digest tpm, Digest key, TpmDescription is)
      throws SQLException {
    tx.update(
        "INSERT INTO tpm_keys (ek_hash, key_hash, simulator, manufacturer) VALUES (?, ?, ?, ?) ON"
            + " CONFLICT (ek_hash) DO UPDATE SET simulator = excluded.simulator, manufacturer ="
            + " excluded.manufacturer",
        tpm,
        key,
        is.isSimulator(),
        is.manufacturer().toUpperCase(Locale.ROOT).replace("ID:", "id:"));
  }

  /** The key that the certificate was {@linkplain #note noted} to be about. */
  public static Optional<Digest> ofCertificate(Transaction tx, Digest tpm) throws SQLException {
    return tx.one(
        "SELECT key_hash FROM tpm_keys WHERE ek_hash = ?",
        row -> Digest.parse(row.getString(1)),
        tpm);
  }

  /** Whether the certificate is known to be of a TPM that its maker calls no simulator. */
  public static boolean isHardware(Transaction tx, Digest tpm) throws SQLException {
    return tx.number("SELECT count(*) FROM tpm_keys WHERE ek_hash = ? AND simulator = 0", tpm) == 1;
  }

  /** As in {@code id:494E5443}; empty where no certificate was seen since it is recorded. */
  public static Optional<String> manufacturer(Transaction tx, Digest tpm) throws SQLException {
    return tx.one(
            "SELECT manufacturer FROM tpm_keys WHERE ek_hash = ?",
            row -> Optional.ofNullable(row.getString(1)),
            tpm)
        .flatMap(m -> m);
  }

  /** The TPM was enrolled as this host. */
  public static void enrolled(Transaction tx, Digest tpm, HostId host) throws SQLException {
    tx.update(
        "INSERT INTO host_keys SELECT key_hash, ? FROM tpm_keys WHERE ek_hash = ? ON CONFLICT DO"
            + " NOTHING",
        host.value(),
        tpm);
  }

  /** The name is free for another TPM; a revoked one stays the revoked TPM's. */
  static void forget(Transaction tx, HostId host) throws SQLException {
    tx.update(
        "DELETE FROM host_keys WHERE host = ?1 AND NOT EXISTS (SELECT 1 FROM revocations WHERE scope"
            + " = 'HOST' AND value = ?1)",
        host.value());
  }

  /** Whether the key, under whatever certificate or name, is a revoked TPM's or host's. */
  public static boolean isRevoked(Transaction tx, Digest key) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM revocations WHERE (scope = 'TPM' AND value IN (SELECT ek_hash FROM"
                + " tpm_keys WHERE key_hash = ?1)) OR (scope = 'HOST' AND value IN (SELECT host FROM"
                + " host_keys WHERE key_hash = ?1))",
            key)
        > 0;
  }

  /** Whether a host is admitted with a certificate for this key. */
  public static boolean isAdmitted(Transaction tx, Digest key) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM hosts JOIN tpm_keys USING (ek_hash) WHERE key_hash = ?", key)
        > 0;
  }

  /** Whether there is a live attestation key of a TPM with this EK. */
  public static boolean hasAttestationKey(Transaction tx, Digest key) throws SQLException {
    return tx.number(
            "SELECT count(*) FROM attestation_keys JOIN tpm_keys USING (ek_hash) WHERE key_hash = ?",
            key)
        > 0;
  }
}
