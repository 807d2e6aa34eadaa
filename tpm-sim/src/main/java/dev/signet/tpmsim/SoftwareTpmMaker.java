// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
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

/** Vouches for {@link SoftwareTpm}s: one root in memory, which a verifier may pin for a test. */
public final class SoftwareTpmMaker {
  private static final ASN1ObjectIdentifier TPM_MANUFACTURER = oid("2.23.133.2.1");
  private static final ASN1ObjectIdentifier TPM_MODEL = oid("2.23.133.2.2");
  private static final ASN1ObjectIdentifier TPM_VERSION = oid("2.23.133.2.3");
  private static final ASN1ObjectIdentifier EK_CERTIFICATE = oid("2.23.133.8.1");

  private final KeyPair key = SoftwareTpm.p256();
  private final X500Name name;
  private final Instant now;
  private Optional<GeneralName> issuerUrl = Optional.empty();
  private long serial = 1;

  /**
   * @param name the root's common name
   * @param now certificates are valid from a day before for ten years
   */
  public SoftwareTpmMaker(String name, Instant now) {
    this.name = new X500Name("CN=" + name);
    this.now = now;
  }

  /** Says in certificates from now on where to get the maker's own and its revocation list. */
  public void nameIssuerAt(String url) {
    issuerUrl = Optional.of(new GeneralName(GeneralName.uniformResourceIdentifier, url));
  }

  /** Its self-signed certificate, DER. */
  public Bytes root() {
    JcaX509v3CertificateBuilder builder = builder(name, key.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return sign(builder);
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate from memory can be made", e);
    }
  }

  /** An EK certificate as TCG's EK Credential Profile has it, DER. */
  public Bytes ekCertificate(SoftwareTpm tpm) {
    JcaX509v3CertificateBuilder builder = builder(new X500Name(""), tpm.endorsementKey());
    X500NameBuilder description = new X500NameBuilder();
    description.addRDN(TPM_MANUFACTURER, "id:414D4400");
    description.addRDN(TPM_MODEL, "software");
    description.addRDN(TPM_VERSION, "id:00010000");
    GeneralNames names = new GeneralNames(new GeneralName(description.build()));
    try {
      builder.addExtension(Extension.subjectAlternativeName, true, names);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(KeyPurposeId.getInstance(EK_CERTIFICATE)));
      if (issuerUrl.isPresent()) {
        GeneralName url = issuerUrl.get();
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers, url));
        builder.addExtension(
            Extension.cRLDistributionPoints, false, new CRLDistPoint(distributionPoint(url)));
      }
      return sign(builder);
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate from memory can be made", e);
    }
  }

  private static DistributionPoint[] distributionPoint(GeneralName url) {
    return new DistributionPoint[] {
      new DistributionPoint(new DistributionPointName(new GeneralNames(url)), null, null)
    };
  }

  private JcaX509v3CertificateBuilder builder(X500Name subject, PublicKey subjectKey) {
    return new JcaX509v3CertificateBuilder(
        name,
        BigInteger.valueOf(serial++),
        Date.from(now.minus(Duration.ofDays(1))),
        Date.from(now.plus(Duration.ofDays(3650))),
        subject,
        subjectKey);
  }

  private Bytes sign(JcaX509v3CertificateBuilder builder)
      throws IOException, OperatorCreationException {
    return Bytes.of(
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
            .getEncoded());
  }

  private static ASN1ObjectIdentifier oid(String dotted) {
    return new ASN1ObjectIdentifier(dotted);
  }
}
