// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.tpmsim.PlatformMaker;
import dev.signet.verifier.Maker;
import dev.signet.verifier.verification.PlatformCertificate.Component;
import dev.signet.verifier.verification.PlatformCertificate.RootOfTrust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.Holder;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.Target;
import org.bouncycastle.asn1.x509.TargetInformation;
import org.junit.jupiter.api.Test;

class PlatformCertificateVerifierTest {
  private final Maker tpms = new Maker();
  private final X509Certificate ek = tpms.ek().issue();
  private final PlatformMaker maker = new PlatformMaker(Maker.NOW);
  private final PlatformMaker.Draft draft = maker.about(Maker.der(ek));
  private final PlatformCertificateVerifier verifier = trusting(maker.root(), maker.issuer());

  private static PlatformCertificateVerifier trusting(Bytes root, Bytes... others) {
    return new PlatformCertificateVerifier(
        List.of(x509(root)), Stream.of(others).map(o -> x509(o)).toList());
  }

  private static X509Certificate x509(Bytes der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der.toArray()));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }

  private Verification<PlatformCertificate> verify(Bytes der) {
    return verifier.verify(der, EkCertificateId.of(ek), Maker.NOW);
  }

  private void refuses(Bytes der, String detail) {
    refused(verify(der), Refusal.UNTRUSTED_PLATFORM, detail);
  }

  private void refuses(String detail) {
    refuses(draft.issue(), detail);
  }

  @Test
  void readsWhatTheMakerSaysOfTheMachine() {
    Bytes der = draft.issue();
    PlatformCertificate platform = authentic(verify(der));
    assertThat(platform.digest()).isEqualTo(Digest.hash(der.toArray()));
    assertThat(platform.holder()).isEqualTo(EkCertificateId.of(ek));
    assertThat(platform.description())
        .isEqualTo(new PlatformDescription("Acme", "Server 9", "2.1", "SN-0042"));
    assertThat(platform.rootOfTrust()).contains(RootOfTrust.STATIC);
    assertThat(platform.issuer()).isEqualTo("CN=Machines platform certificates");
    assertThat(platform.notAfter()).isEqualTo(draft.notAfter);
    assertThat(platform.components())
        .containsExactly(
            new Component("2.23.133.18.3.1:00060000", "Acme", "Memory 0", "M0", null),
            new Component("2.23.133.18.3.1:00060001", "Acme", "Memory 1", "M1", null));
  }

  @Test
  void takesComponentListsOfTheOlderProfileAndMachinesWithoutSerialNumber() {
    draft.olderComponents = true;
    draft.serial = null;
    draft.credentialType = null;
    draft.rootOfTrust = 5;
    PlatformCertificate platform = authentic(verify(draft.issue()));
    assertThat(platform.components())
        .first()
        .isEqualTo(new Component(null, "Acme", "Memory 0", "M0", null));
    assertThat(platform.description().serial()).isNull();
    assertThat(platform.rootOfTrust()).contains(RootOfTrust.VIRTUAL);
  }

  @Test
  void attack05CertificateOfAnotherTpm() {
    X509Certificate other = tpms.ek().issue();
    assertThat(other.getIssuerX500Principal()).isEqualTo(ek.getIssuerX500Principal());
    draft.ekSerial = ek.getSerialNumber().add(BigInteger.ONE);
    refuses("expected it to be about the EK certificate number 2 of CN=Maker CA 1, got number 3");
    draft.ekSerial = ek.getSerialNumber();
    draft.ekIssuer = names("CN=Maker CA 2");
    refuses("got number 2 of CN=Maker CA 2");
  }

  @Test
  void attack05IssuerThatNobodyConfigured() {
    PlatformMaker other = new PlatformMaker(Maker.NOW);
    // The same names, other keys.
    refuses(other.about(Maker.der(ek)).issue(), "expected a signature by CN=Machines");
    refused(
        trusting(other.root(), maker.issuer())
            .verify(draft.issue(), EkCertificateId.of(ek), Maker.NOW),
        Refusal.UNTRUSTED_PLATFORM,
        "path to a pinned root");
    draft.issuer = new X500Name("CN=Nobody");
    refuses("no issuer of this name is configured: CN=Nobody");
    refused(
        new PlatformCertificateVerifier(List.of(), List.of())
            .verify(draft.issue(), EkCertificateId.of(ek), Maker.NOW),
        Refusal.UNTRUSTED_PLATFORM,
        "no issuer of this name");
  }

  @Test
  void findsTheRightOneOfSeveralIssuersOfOneName() {
    PlatformMaker renewed = new PlatformMaker(Maker.NOW);
    PlatformCertificateVerifier both =
        new PlatformCertificateVerifier(
            List.of(x509(renewed.root()), x509(maker.root())),
            List.of(x509(renewed.issuer()), x509(maker.issuer())));
    authentic(both.verify(draft.issue(), EkCertificateId.of(ek), Maker.NOW));
  }

  @Test
  void refusesIssuersWhoseKeyIsNotForSignatures() {
    refused(
        trusting(maker.root(), maker.issuer(KeyUsage.keyAgreement))
            .verify(draft.issue(), EkCertificateId.of(ek), Maker.NOW),
        Refusal.UNTRUSTED_PLATFORM,
        "its key is not for signatures");
  }

  @Test
  void refusesWhatWasChangedAfterwards() {
    byte[] der = draft.issue().toArray();
    String hex = Bytes.of(der).toHex();
    String serial = Bytes.utf8("SN-0042").toHex();
    assertThat(hex).contains(serial);
    refuses(
        Bytes.fromHex(hex.replace(serial, Bytes.utf8("SN-0043").toHex())),
        "expected a signature by");
  }

  @Test
  void refusesOutsideItsValidity() {
    draft.notAfter = Maker.NOW.minusSeconds(1);
    refuses("valid from");
    draft.notAfter = Maker.NOW;
    authentic(verify(draft.issue()));
    draft.notBefore = Maker.NOW.plusSeconds(1);
    draft.notAfter = Maker.NOW.plusSeconds(2);
    refuses("valid from");
    Instant late = Maker.NOW.plusSeconds(3651L * 24 * 3600);
    draft.notAfter = late.plusSeconds(1);
    refused(
        verifier.verify(draft.issue(), EkCertificateId.of(ek), late),
        Refusal.UNTRUSTED_PLATFORM,
        "the issuer's certificate: expected a path");
  }

  @Test
  void refusesHoldersByAnythingButIssuerAndSerialNumber() {
    draft.holder = new Holder(names("CN=somebody"));
    refuses("expected a holder by issuer and serial number");
    ASN1EncodableVector both = new ASN1EncodableVector();
    both.add(
        new org.bouncycastle.asn1.DERTaggedObject(
            false, 0, new IssuerSerial(draft.ekIssuer, draft.ekSerial)));
    both.add(new org.bouncycastle.asn1.DERTaggedObject(false, 1, names("CN=somebody")));
    draft.holder = Holder.getInstance(new DERSequence(both));
    refuses("expected a holder by issuer and serial number");
    draft.holder = null;
    draft.ekIssuer =
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(new X500Name("CN=Maker CA 1")),
              new GeneralName(new X500Name("CN=Maker CA 2"))
            });
    refuses("one directory name as holder's issuer");
    draft.ekIssuer = new GeneralNames(new GeneralName(GeneralName.dNSName, "maker.example"));
    refuses("one directory name as holder's issuer");
  }

  @Test
  void refusesCriticalExtensionsThatItDoesNotUnderstand() {
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    draft.moreExtensions.add(PlatformMaker.extension(unknown, false, DERNull.INSTANCE));
    authentic(verify(draft.issue()));
    draft.moreExtensions.set(0, PlatformMaker.extension(unknown, true, DERNull.INSTANCE));
    refuses("the critical extension 1.3.6.1.4.1.99999.1 is not understood");
  }

  @Test
  void refusesAnExtensionTwice() {
    draft.moreExtensions.add(
        PlatformMaker.extension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(new X500Name("CN=another machine")))));
    refuses("one attribute certificate in DER");
  }

  @Test
  void goesByTheTargetsThatItNames() {
    draft.moreExtensions.add(target("02"));
    refuses("for other EK certificates only");
    draft.moreExtensions.set(0, target("2"));
    authentic(verify(draft.issue()));
    // Text that looks like another attribute is text.
    draft.moreExtensions.set(
        0,
        PlatformMaker.extension(
            Extension.targetInformation,
            true,
            new TargetInformation(new Target[] {new Target(0, cn("x,2"))})));
    refuses("for other EK certificates only");
  }

  private static Extension target(String serial) {
    X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
    name.addRDN(BCStyle.SERIALNUMBER, new DERUTF8String(serial));
    return PlatformMaker.extension(
        Extension.targetInformation,
        true,
        new TargetInformation(new Target[] {new Target(0, new GeneralName(name.build()))}));
  }

  @Test
  void refusesOtherKindsOfCertificates() {
    draft.credentialType = "2.23.133.8.5";
    refuses("expected the credential type 2.23.133.8.2 of a base platform certificate");
    draft.credentialType = "2.23.133.8.2";
    draft.version = 0;
    refuses("attribute certificate of version 2");
    draft.version = 1;
    draft.statusInComponents = true;
    refuses("optional fields of a component from 0 to 6");
    refuses(Maker.der(ek), "one attribute certificate in DER");
  }

  @Test
  void attack14RefusesSha1AndTwoAlgorithms() {
    draft.algorithm = "SHA1withECDSA";
    refuses("SHA-2");
    draft.algorithm = "SHA256withECDSA";
    draft.outerAlgorithm = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.3"));
    refuses("expected one signature algorithm");
    draft.outerAlgorithm = null;
    draft.algorithm = "SHA256withRSA";
    draft.signer = Maker.rsa(2048).getPrivate();
    refuses("expected a signature by");
  }

  @Test
  void refusesMissingOrDoubledDescription() {
    draft.model = null;
    refuses("manufacturer, model and version in subjectAltName");
    draft.model = "Server 9";
    X500NameBuilder two = new X500NameBuilder(BCStyle.INSTANCE);
    for (String type : List.of("1", "4", "5", "6", "6")) {
      two.addRDN(new ASN1ObjectIdentifier("2.23.133.5.1." + type), new DERUTF8String("x"));
    }
    draft.alternativeNames = new GeneralNames(new GeneralName(two.build()));
    refuses("manufacturer, model and version in subjectAltName");
  }

  @Test
  void refusesTextThatDoesNotShowAsItIs() {
    for (String text : List.of("a\nb", "\u001b[2J", "a\u202eb", "", "x".repeat(257))) {
      draft.serial = text;
      refuses("expected a text");
    }
    draft.serial = "Größe 9 – ✓";
    authentic(verify(draft.issue()));
  }

  @Test
  void refusesAttributesTwiceOrOutOfTheirRange() {
    ASN1Encodable type = new DERSequence(new ASN1ObjectIdentifier("2.23.133.8.2"));
    draft.moreAttributes.add(PlatformMaker.attribute("2.25", type));
    refuses("expected the attribute 2.23.133.2.25 once");
    // Two lists of components, one of each profile.
    draft.moreAttributes.set(0, PlatformMaker.attribute("5.1.7.1", new DERSequence()));
    refuses("expected the attribute 2.23.133.5.1.7.1 once");
    draft.moreAttributes.clear();
    draft.rootOfTrust = 6;
    refuses("one measurement root type");
    draft.rootOfTrust = 0;
    draft.moreAttributes.add(PlatformMaker.attribute("9.9", new ASN1Integer(1)));
    authentic(verify(draft.issue()));
  }

  @Test
  void attack47RefusesWhatIsNotExactlyOneCertificate() throws IOException {
    byte[] der = draft.issue().toArray();
    refuses(Bytes.of(Arrays.copyOf(der, der.length + 1)), "one attribute certificate in DER");
    refuses(Bytes.of(Arrays.copyOf(der, der.length - 1)), "one attribute certificate in DER");
    refuses(Bytes.of(new byte[0]), "one attribute certificate in DER");
    String content = Bytes.of(der).toHex().substring(8);
    refuses(Bytes.fromHex("3080" + content + "0000"), "definite length");
    refuses(Bytes.fromHex("308300" + Bytes.of(der).toHex().substring(4)), "as few bytes");
    refuses(Bytes.of(new byte[Limits.PLATFORM_CERTIFICATE_BYTES + 1]), "at most 32768 bytes");
    draft.components = 1500;
    refuses("at most 32768 bytes");
  }

  /** Bouncy Castle alone would go down all the levels. */
  @Test
  void attack47RefusesDeepNestingWithoutGoingDown() {
    refuses(nested(8000), "levels");
    draft.moreExtensions.add(
        new Extension(Extension.targetInformation, true, nested(8000).toArray()));
    refuses("levels");
  }

  private static Bytes nested(int levels) {
    byte[] inner = {0x05, 0x00};
    java.io.ByteArrayOutputStream reversed = new java.io.ByteArrayOutputStream();
    int length = inner.length;
    java.util.ArrayDeque<byte[]> heads = new java.util.ArrayDeque<>();
    for (int i = 0; i < levels; i++) {
      byte[] head =
          length < 0x80
              ? new byte[] {0x30, (byte) length}
              : length < 0x100
                  ? new byte[] {0x30, (byte) 0x81, (byte) length}
                  : new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length};
      if (length + head.length > 30_000) {
        break;
      }
      heads.push(head);
      length += head.length;
    }
    heads.forEach(reversed::writeBytes);
    reversed.writeBytes(inner);
    return Bytes.of(reversed.toByteArray());
  }

  /** Bouncy Castle looks at an attribute's value without looking whether there is one. */
  @Test
  void attack47RefusesAttributesWithoutAValue() {
    draft.alternativeNames =
        new GeneralNames(
            new GeneralName(
                GeneralName.directoryName,
                new DERSequence(
                    new DERSet(new DERSequence(new ASN1ObjectIdentifier("2.23.133.5.1.1"))))));
    refuses("one attribute certificate in DER");
  }

  @Test
  void mutatedCertificatesAreOnlyEverRefused() {
    byte[] der = draft.issue().toArray();
    Random random = new Random(1);
    for (int i = 0; i < 900; i++) {
      byte[] changed = der.clone();
      changed[random.nextInt(der.length)] = (byte) random.nextInt();
      if (!Arrays.equals(changed, der)) {
        refuses(Bytes.of(changed), "platform certificate: ");
      }
    }
  }

  private static GeneralNames names(String name) {
    return new GeneralNames(new GeneralName(new X500Name(name)));
  }

  private static GeneralName cn(String text) {
    X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
    name.addRDN(BCStyle.CN, new DERUTF8String(text));
    return new GeneralName(name.build());
  }
}
