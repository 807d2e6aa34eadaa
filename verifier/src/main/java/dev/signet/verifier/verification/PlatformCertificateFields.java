// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.text.ParseException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AttCertIssuer;
import org.bouncycastle.asn1.x509.AttributeCertificate;
import org.bouncycastle.asn1.x509.AttributeCertificateInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.Holder;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.asn1.x509.Target;
import org.bouncycastle.asn1.x509.TargetInformation;
import org.bouncycastle.asn1.x509.Targets;
import org.bouncycastle.asn1.x509.V2Form;

/**
 * A platform certificate as it is written, with nothing of it checked but its form: an attribute
 * certificate of version 2 (RFC 5755) whose holder is a certificate and nothing else.
 *
 * @param signed what the signature is over, as received
 * @param algorithm object identifier of the signature's algorithm, in both places the same
 * @param targets serial numbers of the EK certificates that targetInformation names; null if there
 *     is no such extension
 */
record PlatformCertificateFields(
    Bytes signed,
    String algorithm,
    Bytes signature,
    X500Principal issuer,
    EkCertificateId holder,
    Instant notBefore,
    Instant notAfter,
    PlatformDescription description,
    PlatformAttributes attributes,
    Set<String> targets) {
  private static final int V2 = 1;

  /** Extensions that are understood; any other one that is critical is refused. */
  private static final Set<ASN1ObjectIdentifier> UNDERSTOOD =
      Set.of(
          Extension.subjectAlternativeName,
          Extension.targetInformation,
          // Any policy will do: who is in the directory of issuers is trusted for all of them.
          Extension.certificatePolicies);

  /**
   * @throws IOException saying what was expected
   * @throws RuntimeException one of IllegalArgumentException, IllegalStateException,
   *     ClassCastException, ArithmeticException and IndexOutOfBoundsException: Bouncy Castle
   *     decodes lazily and throws any of them for broken contents
   */
  static PlatformCertificateFields parse(byte[] der) throws IOException {
    ASN1Primitive value = StrictDer.parse(der);
    AttributeCertificate certificate = AttributeCertificate.getInstance(value);
    AttributeCertificateInfo info = certificate.getAcinfo();
    if (!info.getVersion().hasValue(V2)) {
      throw new IOException("expected an attribute certificate of version 2");
    }
    if (!info.getSignature().equals(certificate.getSignatureAlgorithm())) {
      throw new IOException("expected one signature algorithm, got two");
    }
    if (info.getIssuerUniqueID() != null) {
      throw new IOException("expected no unique identifier of the issuer");
    }
    Extensions extensions = info.getExtensions();
    if (extensions == null) {
      throw new IOException("expected extensions");
    }
    for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
      if (!UNDERSTOOD.contains(critical)) {
        throw new IOException("the critical extension " + critical + " is not understood");
      }
    }
    Instant notBefore;
    Instant notAfter;
    try {
      notBefore = info.getAttrCertValidityPeriod().getNotBeforeTime().getDate().toInstant();
      notAfter = info.getAttrCertValidityPeriod().getNotAfterTime().getDate().toInstant();
    } catch (ParseException e) {
      throw new IOException("expected times of validity: " + e.getMessage(), e);
    }
    return new PlatformCertificateFields(
        Bytes.of(
            ASN1Sequence.getInstance(value)
                .getObjectAt(0)
                .toASN1Primitive()
                .getEncoded(ASN1Encoding.DER)),
        info.getSignature().getAlgorithm().getId(),
        Bytes.of(certificate.getSignatureValue().getOctets()),
        issuer(info.getIssuer()),
        holder(info.getHolder()),
        notBefore,
        notAfter,
        description(extensions),
        PlatformAttributes.read(info.getAttributes()),
        targets(extensions));
  }

  /** RFC 5755 section 4.2.3: version 2 form, one non-empty distinguished name, nothing else. */
  private static X500Principal issuer(AttCertIssuer issuer) throws IOException {
    if (!(issuer.getIssuer() instanceof V2Form form)
        || form.getBaseCertificateID() != null
        || form.getObjectDigestInfo() != null
        || form.getIssuerName() == null) {
      throw new IOException("expected an issuer by name, in the form of version 2");
    }
    return directoryName(form.getIssuerName(), "issuer");
  }

  /** Profile section 3.2.4: the EK certificate by issuer and serial number, nothing else. */
  private static EkCertificateId holder(Holder holder) throws IOException {
    IssuerSerial base = holder.getBaseCertificateID();
    if (base == null
        || base.getIssuerUID() != null
        || holder.getEntityName() != null
        || holder.getObjectDigestInfo() != null) {
      throw new IOException(
          "expected a holder by issuer and serial number of an EK certificate, and not otherwise");
    }
    return new EkCertificateId(
        directoryName(base.getIssuer(), "holder's issuer"), base.getSerial().getValue());
  }

  private static X500Principal directoryName(GeneralNames names, String what) throws IOException {
    GeneralName[] all = names.getNames();
    if (all.length != 1 || all[0].getTagNo() != GeneralName.directoryName) {
      throw new IOException("expected one directory name as " + what);
    }
    X500Principal name =
        new X500Principal(all[0].getName().toASN1Primitive().getEncoded(ASN1Encoding.DER));
    if (name.getName().isEmpty()) {
      throw new IOException("expected a name as " + what + ", got an empty one");
    }
    return name;
  }

  private static PlatformDescription description(Extensions extensions) throws IOException {
    Extension names = extensions.getExtension(Extension.subjectAlternativeName);
    if (names == null) {
      throw new IOException("expected a subjectAltName");
    }
    return PlatformDescription.read(GeneralNames.getInstance(contents(names)))
        .orElseThrow(
            () ->
                new IOException(
                    "expected manufacturer, model and version in subjectAltName, each once"));
  }

  /** Profile section 3.2.9: targets are EK certificates, by the serial number in a name. */
  private static Set<String> targets(Extensions extensions) throws IOException {
    Extension extension = extensions.getExtension(Extension.targetInformation);
    if (extension == null) {
      return null;
    }
    Set<String> serials = new HashSet<>();
    for (Targets targets : TargetInformation.getInstance(contents(extension)).getTargetsObjects()) {
      for (Target target : targets.getTargets()) {
        GeneralName name = target.getTargetName();
        if (name != null && name.getTagNo() == GeneralName.directoryName) {
          for (RDN rdn : X500Name.getInstance(name.getName()).getRDNs()) {
            for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
              if (attribute.getType().equals(BCStyle.SERIALNUMBER)) {
                serials.add(CertificateText.read(attribute.getValue(), 1));
              }
            }
          }
        }
      }
    }
    return Set.copyOf(serials);
  }

  /** Extensions are bytes in bytes: what is in them has been under no scrutiny so far. */
  private static ASN1Primitive contents(Extension extension) throws IOException {
    return StrictDer.parse(extension.getExtnValue().getOctets());
  }
}
