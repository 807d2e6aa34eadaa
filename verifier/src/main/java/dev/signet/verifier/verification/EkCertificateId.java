// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.security.auth.x500.X500Principal;

/**
 * How another certificate names an EK certificate: by its issuer and serial number (RFC 5755,
 * {@code IssuerSerial}). Says nothing of whether that certificate is good.
 */
public record EkCertificateId(X500Principal issuer, BigInteger serial) {
  public EkCertificateId {
    Objects.requireNonNull(issuer, "issuer");
    Objects.requireNonNull(serial, "serial");
  }

  public static EkCertificateId of(X509Certificate certificate) {
    return new EkCertificateId(certificate.getIssuerX500Principal(), certificate.getSerialNumber());
  }

  @Override
  public String toString() {
    return "number " + serial.toString(16) + " of " + CertificateText.shown(issuer.getName());
  }
}
