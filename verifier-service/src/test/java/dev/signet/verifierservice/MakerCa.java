// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A TPM maker with a root certificate. */
final class MakerCa {
  private final KeyPair key = SoftwareTpm.p256();
  private final X500Name name;
  private long serial = 1;

  /** In certificates, as where to get the maker's own and its revocation list; null for none. */
  String issuerUrl;

  MakerCa(String name) {
    this.name = new X500Name("CN=" + name);
  }

  void writeRoot(Path file) throws IOException {
    JcaX509v3CertificateBuilder builder = builder(name, key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    Files.write(file, sign(builder));
  }

  /** Each call makes another certificate. */
  Bytes ekCertificate(SoftwareTpm tpm) {
    try {
      JcaX509v3CertificateBuilder builder = builder(new X500Name(""), tpm.ek.getPublic());
      X500NameBuilder description = new X500NameBuilder();
      description.addRDN(new ASN1ObjectIdentifier("2.23.133.2.1"), "id:414D4400");
      description.addRDN(new ASN1ObjectIdentifier("2.23.133.2.2"), "Test");
      description.addRDN(new ASN1ObjectIdentifier("2.23.133.2.3"), "id:00010000");
      builder.addExtension(
          Extension.subjectAlternativeName,
          true,
          new GeneralNames(new GeneralName(description.build())));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.23.133.8.1"))));
      if (issuerUrl != null) {
        GeneralName url = new GeneralName(GeneralName.uniformResourceIdentifier, issuerUrl);
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers, url));
        builder.addExtension(
            Extension.cRLDistributionPoints,
            false,
            new CRLDistPoint(
                new DistributionPoint[] {
                  new DistributionPoint(
                      new DistributionPointName(new GeneralNames(url)), null, null)
                }));
      }
      return Bytes.of(sign(builder));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A self-signed client certificate for {@code key}. */
  static java.security.cert.X509Certificate selfSigned(KeyPair key) {
    X500Name subject = new X500Name("CN=operator");
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            subject,
            BigInteger.ONE,
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(Duration.ofDays(1))),
            subject,
            key.getPublic());
    try {
      return new org.bouncycastle.cert.jcajce.JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    } catch (OperatorCreationException | CertificateException e) {
      throw new AssertionError(e);
    }
  }

  private JcaX509v3CertificateBuilder builder(X500Name subject, PublicKey subjectKey) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        name,
        BigInteger.valueOf(serial++),
        Date.from(now.minus(Duration.ofDays(1))),
        Date.from(now.plus(Duration.ofDays(3650))),
        subject,
        subjectKey);
  }

  private byte[] sign(JcaX509v3CertificateBuilder builder) throws IOException {
    try {
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }
}
