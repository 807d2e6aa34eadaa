// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.EndorsementKey;
import dev.signet.verifier.verification.PlatformCertificate;
import dev.signet.verifier.verification.PlatformCertificateVerifier;
import dev.signet.verifier.verification.Verification;
import java.time.Instant;
import java.util.Optional;

/**
 * What becomes of platform certificates: where there are issuers, what is sent must be good; where
 * they are required, one must be sent. Without issuers nothing is looked at, and nothing said.
 *
 * @param verifier knows the issuers; empty if none are configured
 * @param required whether a host without one may not enrol
 */
public record PlatformPolicy(Optional<PlatformCertificateVerifier> verifier, boolean required) {
  /** No issuers: certificates are passed over. */
  public static final PlatformPolicy NONE = new PlatformPolicy(Optional.empty(), false);

  public PlatformPolicy {
    if (required && verifier.isEmpty()) {
      throw new IllegalArgumentException(
          "expected issuers where platform certificates are required");
    }
  }

  /**
   * @param der what the host sent, or null
   * @return nothing, where nothing was checked; refused with {@link Refusal#UNTRUSTED_PLATFORM} or
   *     {@link Refusal#PLATFORM_CERTIFICATE_MISSING}
   */
  Verification<Optional<PlatformCertificate>> check(Bytes der, EndorsementKey ek, Instant now) {
    if (verifier.isEmpty()) {
      return new Verification.Authentic<>(Optional.empty());
    }
    if (der == null) {
      return required
          ? new Verification.Refused<>(
              Refusal.PLATFORM_CERTIFICATE_MISSING,
              "platformCertificates.required is set: signet enroll --platform-certificate FILE")
          : new Verification.Authentic<>(Optional.empty());
    }
    return switch (verifier.get().verify(der, ek.id(), now)) {
      case Verification.Refused<PlatformCertificate>(Refusal reason, String detail) ->
          new Verification.Refused<>(reason, detail);
      case Verification.Authentic<PlatformCertificate>(PlatformCertificate platform) ->
          new Verification.Authentic<>(Optional.of(platform));
    };
  }
}
