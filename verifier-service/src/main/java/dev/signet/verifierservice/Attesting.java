// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.verifier.appraisal.FirmwareFloors;
import dev.signet.verifier.appraisal.StateApprover;
import dev.signet.verifier.verification.EkCertificateVerifier;
import dev.signet.verifier.verification.EkCertificateVerifier.Simulators;
import dev.signet.verifier.verification.PlatformCertificateVerifier;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifierservice.attestation.AttestationService;
import dev.signet.verifierservice.attestation.EnrollmentService;
import dev.signet.verifierservice.attestation.PlatformPolicy;
import dev.signet.verifierservice.attestation.TokenIssuer;
import dev.signet.verifierservice.attestation.Vigilance;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.keys.MakerCertificates;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.security.Provider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What hosts are enrolled and attested by, as configured. */
record Attesting(
    ServiceConfig config,
    VerifierServer.Options options,
    KeyStore keys,
    Provider provider,
    Database database,
    DecisionLog log) {
  private static final Logger LOG = LoggerFactory.getLogger(Attesting.class);

  /**
   * @param sigstore under which keyless signatures count, or null
   */
  AttestationService attestations(TrustedRoot sigstore) {
    return new AttestationService(
        new AttestationService.Terms(
            config.issuer(),
            config.pcrs(),
            config.registerPcr(),
            config.limits().challengesPerHost(),
            new Vigilance(
                new FirmwareFloors(config.firmwareFloors()),
                config.refuseCopied(),
                config
                    .platforms()
                    .filter(ServiceConfig.PlatformCertificates::required)
                    .isPresent())),
        provider,
        sigstore,
        new StateApprover(keys.approval().publicJwk(), keys.approval()::sign),
        new TokenIssuer(config.issuer(), config.tokenLife(), keys, options.random()),
        database,
        log,
        options.clock(),
        options.random());
  }

  /**
   * @throws IOException if a maker's or platform's certificate cannot be read
   */
  EnrollmentService enrollments() throws IOException {
    MakerCertificates makers = MakerCertificates.read(config.makers());
    if (makers.roots().isEmpty()) {
      LOG.warn("{} has no maker's root certificate: no host can enrol", config.makers());
    }
    EkCertificateVerifier certificates =
        new EkCertificateVerifier(
            makers.roots(),
            makers.intermediates(),
            config.allowSimulators() ? Simulators.ALLOWED : Simulators.REFUSED);
    return new EnrollmentService(
        config.issuer(),
        config.pcrs(),
        config.limits().pendingHosts(),
        config.requireBoundTokens(),
        new FirmwareFloors(config.firmwareFloors()),
        certificates,
        platforms(),
        new QuoteVerifier(provider),
        keys.approval().publicJwk(),
        database,
        log,
        options.clock(),
        options.random());
  }

  private PlatformPolicy platforms() throws IOException {
    if (config.platforms().isEmpty()) {
      return PlatformPolicy.NONE;
    }
    ServiceConfig.PlatformCertificates platforms = config.platforms().get();
    MakerCertificates issuers = MakerCertificates.readPlatformIssuers(platforms.issuers());
    if (issuers.roots().isEmpty()) {
      LOG.warn("{} has no root certificate: no platform certificate is good", platforms.issuers());
    }
    return new PlatformPolicy(
        Optional.of(new PlatformCertificateVerifier(issuers.roots(), issuers.intermediates())),
        platforms.required());
  }
}
