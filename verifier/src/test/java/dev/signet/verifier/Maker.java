// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier;

import dev.signet.protocol.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
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
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A TPM maker with a root, an intermediate and EK certificates in which one thing can be wrong. */
public final class Maker {
  public static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  private static final String OID = "2.23.133.2.";

  public final KeyPair rootKey = SoftwareTpm.p256();
  public final KeyPair intermediateKey = SoftwareTpm.p256();
  public final X509Certificate root = authority("Maker root", "Maker root", rootKey, rootKey);
  public final X509Certificate intermediate =
      authority("Maker CA 1", "Maker root", intermediateKey, rootKey);

  /** What an EK certificate says; change a field, then {@link #issue}. */
  public final class Ek {
    public PublicKey key = SoftwareTpm.p256().getPublic();
    public String usage = "2.23.133.8.1";
    public String manufacturer = "id:49465800";
    public String model = "SLB9670";
    public String version = "id:00070055";
    public int keyUsage = KeyUsage.keyAgreement;
    public boolean authority;
    public String hash = "SHA256";
    public Instant notBefore = NOW.minusSeconds(1000);
    public Instant notAfter = NOW.plusSeconds(1000);
    public GeneralNames alternativeNames;

    /** RFC 5280 section 4.2.1.6: must be, where there is no subject. */
    public boolean criticalNames = true;

    public X500Name subject = new X500Name(new org.bouncycastle.asn1.x500.RDN[0]);
    public String issuersAddress;

    public X509Certificate issue() {
      return issue("Maker CA 1", intermediateKey);
    }

    public X509Certificate issue(String issuer, KeyPair signer) {
      try {
        X509v3CertificateBuilder builder =
            new X509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.TWO,
                Date.from(notBefore),
                Date.from(notAfter),
                subject,
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        if (usage != null) {
          KeyPurposeId id = KeyPurposeId.getInstance(new ASN1ObjectIdentifier(usage));
          builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(id));
        }
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(
            Extension.keyUsage,
            true,
            new KeyUsage(keyUsage | (authority ? KeyUsage.keyCertSign : 0)));
        builder.addExtension(Extension.subjectAlternativeName, criticalNames, names());
        if (issuersAddress != null) {
          GeneralName address =
              new GeneralName(GeneralName.uniformResourceIdentifier, issuersAddress);
          builder.addExtension(
              Extension.authorityInfoAccess,
              false,
              new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers, address));
          builder.addExtension(
              Extension.cRLDistributionPoints,
              false,
              new CRLDistPoint(
                  new DistributionPoint[] {
                    new DistributionPoint(
                        new DistributionPointName(new GeneralNames(address)), null, null)
                  }));
        }
        return sign(builder, hash, signer);
      } catch (CertIOException e) {
        throw new AssertionError(e);
      }
    }

    private GeneralNames names() {
      if (alternativeNames != null) {
        return alternativeNames;
      }
      X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
      String[] values = {manufacturer, model, version};
      for (int i = 0; i < values.length; i++) {
        if (values[i] != null) {
          name.addRDN(new ASN1ObjectIdentifier(OID + (i + 1)), values[i]);
        }
      }
      return new GeneralNames(new GeneralName(name.build()));
    }
  }

  public Ek ek() {
    return new Ek();
  }

  public static Bytes der(X509Certificate certificate) {
    try {
      return Bytes.of(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate authority(
      String subject, String issuer, KeyPair key, KeyPair signer) {
    try {
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              new X500Name("CN=" + issuer),
              BigInteger.ONE,
              Date.from(NOW.minusSeconds(100_000)),
              Date.from(NOW.plusSeconds(100_000)),
              new X500Name("CN=" + subject),
              SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return sign(builder, "SHA256", signer);
    } catch (CertIOException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder builder, String hash, KeyPair signer) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder(hash + "withECDSA").build(signer.getPrivate())));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
