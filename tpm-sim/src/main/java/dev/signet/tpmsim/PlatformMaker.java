// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import dev.signet.protocol.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.Holder;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A maker of machines, for tests: a root, an issuer under it, and platform certificates (TCG
 * Platform Certificate Profile 1.1) in which one thing can be wrong.
 */
public final class PlatformMaker {
  private static final String TCG = "2.23.133.";

  private static final X500Name ROOT = new X500Name("CN=Machines root");

  private static final X500Name ISSUER = new X500Name("CN=Machines platform certificates");

  private final KeyPair rootKey = SoftwareTpm.p256();
  private final KeyPair issuerKey = SoftwareTpm.p256();
  private final Instant now;

  /**
   * @param now certificates are valid from a day before for ten years
   */
  public PlatformMaker(Instant now) {
    this.now = now;
  }

  /** The self-signed root, DER. */
  public Bytes root() {
    return certificate(ROOT, rootKey, true, KeyUsage.keyCertSign);
  }

  /** The issuer of platform certificates, no authority, DER. */
  public Bytes issuer() {
    return issuer(KeyUsage.digitalSignature);
  }

  /** The same with another key usage. */
  public Bytes issuer(int keyUsage) {
    return certificate(ISSUER, issuerKey, false, keyUsage);
  }

  /** A platform certificate about this EK certificate; change a field, then issue it. */
  public Draft about(Bytes ekCertificate) {
    return new Draft(ekCertificate);
  }

  /** What a platform certificate says. */
  public final class Draft {
    public GeneralNames ekIssuer;
    public BigInteger ekSerial;

    /** Replaces the holder that the two above make. */
    public Holder holder;

    public int version = 1;
    public X500Name issuer = ISSUER;
    public PrivateKey signer = issuerKey.getPrivate();
    public String algorithm = "SHA256withECDSA";
    public AlgorithmIdentifier outerAlgorithm;
    public Instant notBefore = now.minus(Duration.ofDays(1));
    public Instant notAfter = now.plus(Duration.ofDays(3650));
    public String manufacturer = "Acme";
    public String model = "Server 9";
    public String machineVersion = "2.1";
    public String serial = "SN-0042";
    public GeneralNames alternativeNames;
    public String credentialType = TCG + "8.2";
    public int rootOfTrust = 0;
    public int components = 2;
    public boolean olderComponents;
    public boolean statusInComponents;
    public final List<ASN1Encodable> moreAttributes = new ArrayList<>();
    public final List<Extension> moreExtensions = new ArrayList<>();

    private Draft(Bytes ekCertificate) {
      try {
        X509Certificate ek =
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(ekCertificate.toArray()));
        ekIssuer =
            new GeneralNames(
                new GeneralName(X500Name.getInstance(ek.getIssuerX500Principal().getEncoded())));
        ekSerial = ek.getSerialNumber();
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("expected an EK certificate", e);
      }
    }

    /** Signed, in DER. */
    public Bytes issue() {
      try {
        ASN1Sequence info = info();
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(signer);
        signature.update(info.getEncoded("DER"));
        AlgorithmIdentifier outer = outerAlgorithm == null ? algorithm() : outerAlgorithm;
        return Bytes.of(
            new DERSequence(new ASN1Encodable[] {info, outer, new DERBitString(signature.sign())})
                .getEncoded("DER"));
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException("a certificate from memory can be made", e);
      }
    }

    private AlgorithmIdentifier algorithm() {
      String oid =
          switch (algorithm) {
            case "SHA256withECDSA" -> "1.2.840.10045.4.3.2";
            case "SHA1withECDSA" -> "1.2.840.10045.4.1";
            case "SHA256withRSA" -> "1.2.840.113549.1.1.11";
            default -> throw new IllegalArgumentException(algorithm);
          };
      return new AlgorithmIdentifier(oid(oid));
    }

    private ASN1Sequence info() throws IOException {
      Holder about = holder == null ? new Holder(new IssuerSerial(ekIssuer, ekSerial)) : holder;
      GeneralNames by = new GeneralNames(new GeneralName(issuer));
      return new DERSequence(
          new ASN1Encodable[] {
            new ASN1Integer(version),
            about,
            new DERTaggedObject(false, 0, new DERSequence(by)),
            algorithm(),
            new ASN1Integer(7),
            new DERSequence(
                new ASN1Encodable[] {
                  new ASN1GeneralizedTime(Date.from(notBefore)),
                  new ASN1GeneralizedTime(Date.from(notAfter))
                }),
            attributes(),
            extensions()
          });
    }

    private ASN1Sequence attributes() {
      ASN1EncodableVector all = new ASN1EncodableVector();
      if (credentialType != null) {
        all.add(attribute("2.25", new DERSequence(oid(credentialType))));
      }
      all.add(
          attribute(
              "2.19",
              new DERSequence(new DERTaggedObject(false, 2, new ASN1Enumerated(rootOfTrust)))));
      all.add(
          attribute(
              olderComponents ? "5.1.7.1" : "5.1.7.2",
              new DERSequence(new DERTaggedObject(false, 0, componentList()))));
      moreAttributes.forEach(all::add);
      return new DERSequence(all);
    }

    private ASN1Sequence componentList() {
      ASN1EncodableVector list = new ASN1EncodableVector();
      for (int i = 0; i < components; i++) {
        ASN1EncodableVector fields = new ASN1EncodableVector();
        if (!olderComponents) {
          fields.add(
              new DERSequence(
                  new ASN1Encodable[] {
                    oid(TCG + "18.3.1"), new DEROctetString(new byte[] {0, 6, 0, (byte) i})
                  }));
        }
        fields.add(new DERUTF8String("Acme"));
        fields.add(new DERUTF8String("Memory " + i));
        fields.add(new DERTaggedObject(false, 0, new DERUTF8String("M" + i)));
        if (statusInComponents) {
          fields.add(new DERTaggedObject(false, 7, new ASN1Enumerated(0)));
        }
        list.add(new DERSequence(fields));
      }
      return new DERSequence(list);
    }

    private ASN1Sequence extensions() throws IOException {
      ASN1EncodableVector all = new ASN1EncodableVector();
      all.add(extension(Extension.subjectAlternativeName, false, names()));
      all.add(
          extension(
              Extension.authorityInfoAccess,
              false,
              new AuthorityInformationAccess(
                  AccessDescription.id_ad_ocsp,
                  new GeneralName(
                      GeneralName.uniformResourceIdentifier, "http://ocsp.machines.example"))));
      moreExtensions.forEach(all::add);
      return new DERSequence(all);
    }

    private GeneralNames names() {
      if (alternativeNames != null) {
        return alternativeNames;
      }
      X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
      add(name, "5.1.1", manufacturer);
      add(name, "5.1.4", model);
      add(name, "5.1.5", machineVersion);
      add(name, "5.1.6", serial);
      return new GeneralNames(new GeneralName(name.build()));
    }
  }

  private static void add(X500NameBuilder name, String type, String value) {
    if (value != null) {
      name.addRDN(oid(TCG + type), new DERUTF8String(value));
    }
  }

  /** An attribute of TCG's with one value. */
  public static ASN1Sequence attribute(String below, ASN1Encodable value) {
    return new DERSequence(new ASN1Encodable[] {oid(TCG + below), new DERSet(value)});
  }

  /** An extension with this value. */
  public static Extension extension(
      ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {
    try {
      return new Extension(
          type, critical, new DEROctetString(value.toASN1Primitive().getEncoded("DER")));
    } catch (IOException e) {
      throw new IllegalStateException("a value from memory can be written", e);
    }
  }

  private Bytes certificate(X500Name subject, KeyPair key, boolean authority, int keyUsage) {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            ROOT,
            authority ? BigInteger.ONE : BigInteger.TWO,
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(Duration.ofDays(3650))),
            subject,
            key.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
      return Bytes.of(
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(rootKey.getPrivate()))
              .getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate from memory can be made", e);
    }
  }

  private static ASN1ObjectIdentifier oid(String dotted) {
    return new ASN1ObjectIdentifier(dotted);
  }
}
