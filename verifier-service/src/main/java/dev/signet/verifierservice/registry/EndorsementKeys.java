// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;

/**
 * Which certificates and which hosts go back to one EK public key: whoever has two certificates for
 * one key is one TPM. A chip's RSA and ECC keys have nothing in common that could be compared.
 */
public final class EndorsementKeys {
  private EndorsementKeys() {}

  /**
   * Remembers which key {@code tpm}, SHA-256 of a certificate, is about.
   *
   * @param simulator whether the certificate says that the TPM is one
   */
  public static void note(Transaction tx, Digest tpm, Digest key, boolean simulator)
      throws SQLException {
    tx.update(
        "INSERT INTO tpm_keys (ek_hash, key_hash, simulator) VALUES (?, ?, ?) ON CONFLICT (ek_hash)"
            + " DO UPDATE SET simulator = excluded.simulator",
        tpm,
        key,
        simulator);
  }

  /** Whether the certificate is known to be of a TPM that its maker calls no simulator. */
  public static boolean isHardware(Transaction tx, Digest tpm) throws SQLException {
    return tx.number("SELECT count(*) FROM tpm_keys WHERE ek_hash = ? AND simulator = 0", tpm) == 1;
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
