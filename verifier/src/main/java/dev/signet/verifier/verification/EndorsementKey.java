// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/**
 * A key that a pinned maker says lives in one of its TPMs. Only {@link EkCertificateVerifier} makes
 * one. It says nothing about whose TPM that is: see attacks 5 and 55.
 */
public final class EndorsementKey {
  /** The public key: what credentials are encrypted to. */
  sealed interface PublicHalf {
    /** RSA-2048. */
    record Rsa(RSAPublicKey key) implements PublicHalf {}

    /** P-256. */
    record Ecc(ECPublicKey key) implements PublicHalf {}

    /** P-384. */
    record Ecc384(ECPublicKey key) implements PublicHalf {}
  }

  private final Digest certificate;
  private final EkCertificateId id;
  private final PublicHalf publicHalf;
  private final TpmDescription tpm;

  EndorsementKey(
      Digest certificate, EkCertificateId id, PublicHalf publicHalf, TpmDescription tpm) {
    this.certificate = certificate;
    this.id = id;
    this.publicHalf = publicHalf;
    this.tpm = tpm;
  }

  /** SHA-256 of the DER certificate: what operators admit. */
  public Digest certificate() {
    return certificate;
  }

  /** How platform certificates name its certificate. */
  public EkCertificateId id() {
    return id;
  }

  /** Names the public key itself, which several certificates may be about. */
  public Digest publicKey() {
    return switch (publicHalf) {
      case PublicHalf.Rsa(RSAPublicKey key) ->
          Digest.hash(
              new byte[] {1},
              key.getModulus().toByteArray(),
              new byte[] {0},
              key.getPublicExponent().toByteArray());
      case PublicHalf.Ecc(ECPublicKey key) -> {
        PublicJwk jwk = PublicJwk.of(key);
        yield Digest.hash(new byte[] {2}, jwk.x().toArray(), jwk.y().toArray());
      }
      case PublicHalf.Ecc384(ECPublicKey key) ->
          Digest.hash(new byte[] {3}, P384.x(key), P384.y(key));
    };
  }

  public TpmDescription tpm() {
    return tpm;
  }

  PublicHalf publicHalf() {
    return publicHalf;
  }

  @Override
  public String toString() {
    return "EK " + certificate + " (" + tpm + ")";
  }
}
