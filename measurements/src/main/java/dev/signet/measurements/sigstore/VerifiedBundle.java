// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.protocol.Bytes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A bundle that is authentic and by a signer who was asked for. Only {@link BundleVerifier} makes
 * one.
 */
public final class VerifiedBundle {
  private final String signer;
  private final SigningCertificate certificate;
  private final Bytes payload;
  private final Instant signedAt;
  private final long logIndex;

  VerifiedBundle(
      String signer,
      SigningCertificate certificate,
      Bytes payload,
      Instant signedAt,
      long logIndex) {
    this.signer = signer;
    this.certificate = certificate;
    this.payload = payload;
    this.signedAt = signedAt;
    this.logIndex = logIndex;
  }

  /** {@link SignerIdentity#name} of the one who signed, or the pinned key's thumbprint. */
  public String signer() {
    return signer;
  }

  /** The in-toto statement as it was signed; empty if the signature is over the artifact itself. */
  public Optional<Bytes> statement() {
    return Optional.ofNullable(payload);
  }

  /** The earliest time that a trusted log or timestamp authority gave. */
  public Instant signedAt() {
    return signedAt;
  }

  /** Where the log says that the entry is, for people who look it up. */
  public long logIndex() {
    return logIndex;
  }

  /** What the certificate says of the build, by {@link CertificateClaim#wireName}. */
  public Map<String, String> claims() {
    Map<String, String> claims = new TreeMap<>();
    if (certificate != null) {
      certificate.claims().forEach((claim, value) -> claims.put(claim.wireName(), value));
    }
    return claims;
  }
}
