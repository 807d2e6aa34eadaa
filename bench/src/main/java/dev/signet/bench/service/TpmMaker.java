// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Vouches for software TPMs towards a verifier that is measured. */
final class TpmMaker {
  private static final X500Name NAME = new X500Name("CN=Bench TPM maker");
  private static final String TPM_MANUFACTURER = "2.23.133.2.1";
  private static final String TPM_MODEL = "2.23.133.2.2";
  private static final String TPM_VERSION = "2.23.133.2.3";
  private static final String EK_CERTIFICATE = "2.23.133.8.1";

  private final KeyPair key;
  private long serial = 1;

  TpmMaker() throws GeneralSecurityException {
    key = SoftwareTpm.p256();
  }

  /** Its self-signed certificate, DER. */
  byte[] root() throws IOException {
    JcaX509v3CertificateBuilder builder = builder(NAME, key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    return sign(builder);
  }

  Bytes ekCertificate(SoftwareTpm tpm) throws IOException {
    JcaX509v3CertificateBuilder builder = builder(new X500Name(""), tpm.endorsementKey());
    X500NameBuilder description = new X500NameBuilder();
    description.addRDN(new ASN1ObjectIdentifier(TPM_MANUFACTURER), "id:424E4348");
    description.addRDN(new ASN1ObjectIdentifier(TPM_MODEL), "software");
    description.addRDN(new ASN1ObjectIdentifier(TPM_VERSION), "id:00010000");
    builder.addExtension(
        Extension.subjectAlternativeName,
        true,
        new GeneralNames(new GeneralName(description.build())));
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment));
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(EK_CERTIFICATE))));
    return Bytes.of(sign(builder));
  }

  private JcaX509v3CertificateBuilder builder(X500Name subject, PublicKey subjectKey) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        NAME,
        BigInteger.valueOf(serial++),
        Date.from(now.minus(Duration.ofDays(1))),
        Date.from(now.plus(Duration.ofDays(1))),
        subject,
        subjectKey);
  }

  private byte[] sign(JcaX509v3CertificateBuilder builder) throws IOException {
    try {
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IOException("a certificate cannot be signed", e);
    }
  }
}
