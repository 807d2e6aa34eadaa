// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.requestsignatures.RawSigner;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Where the proxy finds what it signs with, at each request: it changes with every renewal. */
@FunctionalInterface
public interface EgressIdentity {
  /** What to sign with now; empty while attestation is pending, failed or revoked. Never blocks. */
  Optional<Current> current();

  /**
   * An attested identity.
   *
   * @param workloadIdentityToken the verifier's token, bound to the signing key
   * @param keyThumbprint RFC 7638 thumbprint of the signing key
   * @param signer the signing key
   * @param atOnce whether the key is in memory and signs by computing alone; otherwise it may
   *     block, as a TPM does
   * @param notAfter when the token ends; nothing is signed from then on
   */
  record Current(
      String workloadIdentityToken,
      String keyThumbprint,
      RawSigner signer,
      boolean atOnce,
      Instant notAfter) {

    /** One whose key may block. */
    public Current(
        String workloadIdentityToken, String keyThumbprint, RawSigner signer, Instant notAfter) {
      this(workloadIdentityToken, keyThumbprint, signer, false, notAfter);
    }

    public Current {
      Objects.requireNonNull(workloadIdentityToken, "workloadIdentityToken");
      Objects.requireNonNull(keyThumbprint, "keyThumbprint");
      Objects.requireNonNull(signer, "signer");
      Objects.requireNonNull(notAfter, "notAfter");
    }

    /** Without the token: it stays out of logs. */
    @Override
    public String toString() {
      return "Current[key=" + keyThumbprint + ", notAfter=" + notAfter + "]";
    }
  }
}
