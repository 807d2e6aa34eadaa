// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Maker;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.Vectors;
import dev.signet.verifier.verification.EkCertificateVerifier.Simulators;
import java.io.ByteArrayInputStream;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class EkCertificateVerifierTest {
  private final Maker maker = new Maker();
  private final Maker.Ek ek = maker.ek();
  private final EkCertificateVerifier verifier =
      new EkCertificateVerifier(
          List.of(maker.root), List.of(maker.intermediate), Simulators.REFUSED);

  private Verification<EndorsementKey> verify(X509Certificate certificate) {
    return verifier.verify(Maker.der(certificate), Maker.NOW);
  }

  private void refuses(String detail) {
    refused(verify(ek.issue()), Refusal.UNTRUSTED_TPM, detail);
  }

  @Test
  void acceptsP256AndRsa2048() {
    X509Certificate certificate = ek.issue();
    EndorsementKey key = authentic(verify(certificate));
    assertThat(key.certificate()).isEqualTo(Digest.hash(Maker.der(certificate).toArray()));
    assertThat(key.tpm()).isEqualTo(new TpmDescription("id:49465800", "SLB9670", "id:00070055"));
    ek.key = Maker.rsa(2048).getPublic();
    ek.keyUsage = KeyUsage.keyEncipherment;
    authentic(verify(ek.issue()));
    authentic(verify(ek.issue("Maker root", maker.rootKey)));
  }

  @Test
  void attack05CertificateOfAnUnknownMaker() {
    Maker other = new Maker();
    refused(verify(other.ek().issue()), Refusal.UNTRUSTED_TPM, "path to a pinned root");
    EkCertificateVerifier theirs =
        new EkCertificateVerifier(
            List.of(other.root), List.of(maker.intermediate), Simulators.REFUSED);
    refused(
        theirs.verify(Maker.der(ek.issue()), Maker.NOW),
        Refusal.UNTRUSTED_TPM,
        "path to a pinned root");
    refused(
        verify(ek.issue("Maker CA 1", SoftwareTpm.p256())),
        Refusal.UNTRUSTED_TPM,
        "path to a pinned root");
    EkCertificateVerifier nobodys =
        new EkCertificateVerifier(List.of(), List.of(maker.intermediate), Simulators.REFUSED);
    refused(
        nobodys.verify(Maker.der(ek.issue()), Maker.NOW),
        Refusal.UNTRUSTED_TPM,
        "no maker's root is pinned");
  }

  @Test
  void refusesMissingIntermediate() {
    EkCertificateVerifier bare =
        new EkCertificateVerifier(List.of(maker.root), List.of(), Simulators.REFUSED);
    refused(
        bare.verify(Maker.der(ek.issue()), Maker.NOW), Refusal.UNTRUSTED_TPM, "path to a pinned");
  }

  @Test
  void refusesEkCertificateAsIssuer() {
    // A leaf that signs a leaf: path validation must see that it is no authority.
    var leafKey = SoftwareTpm.p256();
    ek.key = leafKey.getPublic();
    X509Certificate leaf = ek.issue();
    EkCertificateVerifier verifier =
        new EkCertificateVerifier(
            List.of(maker.root), List.of(maker.intermediate, leaf), Simulators.REFUSED);
    X509Certificate forged = maker.ek().issue("", leafKey);
    refused(verifier.verify(Maker.der(forged), Maker.NOW), Refusal.UNTRUSTED_TPM, "path");
  }

  @Test
  void refusesOutsideItsValidity() {
    Bytes der = Maker.der(ek.issue());
    for (Instant at : List.of(Maker.NOW.minusSeconds(1001), Maker.NOW.plusSeconds(1001))) {
      refused(verifier.verify(der, at), Refusal.UNTRUSTED_TPM, "path to a pinned root");
    }
    authentic(verifier.verify(der, Maker.NOW.plusSeconds(999)));
  }

  @Test
  void refusesOtherOrNoUsage() {
    ek.usage = null;
    refuses("extended key usage");
    ek.usage = "2.23.133.8.3";
    refuses("extended key usage");
    ek.usage = "2.5.29.37.0";
    refuses("extended key usage");
  }

  @Test
  void refusesAuthority() {
    ek.authority = true;
    refuses("certificate authority");
  }

  @Test
  void refusesOtherKeys() throws Exception {
    ek.keyUsage = KeyUsage.digitalSignature;
    refuses("P-384 key");
    ek.keyUsage = KeyUsage.keyEncipherment;
    refuses("P-384 key");
    ek.key = Maker.rsa(1024).getPublic();
    assertThat(verify(ek.issue())).isInstanceOf(Verification.Refused.class);
    ek.key = Maker.rsa(3072).getPublic();
    refuses("RSA-2048");
    KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
    other.initialize(new ECGenParameterSpec("secp521r1"));
    ek.key = other.generateKeyPair().getPublic();
    ek.keyUsage = KeyUsage.keyAgreement;
    refuses("P-384");
    ek.key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    refuses("P-256");
  }

  @Test
  void attack14RefusesSha1() {
    ek.hash = "SHA1";
    refuses("SHA-2");
  }

  @Test
  void refusesMissingOrDoubledDescription() {
    ek.version = null;
    refuses("manufacturer, model and version");
    ek.version = "id:00070055";
    ek.alternativeNames = new GeneralNames(new GeneralName(GeneralName.dNSName, "tpm.example"));
    refuses("manufacturer, model and version");
    GeneralName genuine =
        new GeneralName(
            new org.bouncycastle.asn1.x500.X500Name(
                "2.23.133.2.1=id:1,2.23.133.2.2=m,2.23.133.2.3=v"));
    ek.alternativeNames = new GeneralNames(new GeneralName[] {genuine, genuine});
    refuses("manufacturer, model and version");
  }

  @Test
  void refusesSimulatorsUnlessAllowed() {
    ek.manufacturer = "id:00001014";
    refuses("simulator");
    ek.manufacturer = "id:49465800";
    ek.model = "SwTPM";
    refuses("simulator");
    EkCertificateVerifier lenient =
        new EkCertificateVerifier(
            List.of(maker.root), List.of(maker.intermediate), Simulators.ALLOWED);
    assertThat(authentic(lenient.verify(Maker.der(ek.issue()), Maker.NOW)).tpm().isSimulator())
        .isTrue();
  }

  @Test
  void readsWhatSwtpmsAuthorityIssued() throws Exception {
    List<X509Certificate> roots = List.of(pem("swtpm/ek-root.pem"));
    List<X509Certificate> issuers = List.of(pem("swtpm/ek-issuer.pem"));
    Bytes rsa = Vectors.hex("swtpm/ek-rsa2048.cert.hex");
    EkCertificateVerifier lenient = new EkCertificateVerifier(roots, issuers, Simulators.ALLOWED);
    EndorsementKey key = authentic(lenient.verify(rsa, Maker.NOW));
    assertThat(key.tpm()).isEqualTo(new TpmDescription("id:00001014", "swtpm", "id:20191023"));
    refused(
        new EkCertificateVerifier(roots, issuers, Simulators.REFUSED).verify(rsa, Maker.NOW),
        Refusal.UNTRUSTED_TPM,
        "simulator");
    EndorsementKey high =
        authentic(lenient.verify(Vectors.hex("swtpm/ek-p384.cert.hex"), Maker.NOW));
    assertThat(high.publicHalf()).isInstanceOf(EndorsementKey.PublicHalf.Ecc384.class);
    assertThat(high.publicKey()).isNotEqualTo(key.publicKey());
  }

  private static X509Certificate pem(String name) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Vectors.bytes(name)));
  }

  @Test
  void attack47RefusesWhatIsNotExactlyOneCertificate() {
    byte[] der = Maker.der(ek.issue()).toArray();
    byte[] padded = Arrays.copyOf(der, der.length + 1);
    refused(verifier.verify(Bytes.of(padded), Maker.NOW), Refusal.UNTRUSTED_TPM, "one X.509");
    refused(
        verifier.verify(Bytes.of(Arrays.copyOf(der, der.length - 1)), Maker.NOW),
        Refusal.UNTRUSTED_TPM,
        "one X.509");
    String text =
        "-----BEGIN CERTIFICATE-----\n"
            + java.util.Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END CERTIFICATE-----\n";
    refused(verifier.verify(Bytes.utf8(text), Maker.NOW), Refusal.UNTRUSTED_TPM, "one X.509");
    refused(
        verifier.verify(Bytes.of(new byte[8193]), Maker.NOW), Refusal.UNTRUSTED_TPM, "8192 bytes");
  }

  /** Bouncy Castle looks at an attribute's value without looking whether there is one. */
  @Test
  void attack47RefusesAttributesWithoutAValue() {
    ek.criticalNames = false;
    ek.subject = new X500Name("CN=TPM");
    ek.alternativeNames =
        new GeneralNames(
            new GeneralName(
                GeneralName.directoryName,
                new DERSequence(
                    new DERSet(new DERSequence(new ASN1ObjectIdentifier("2.23.133.2.1"))))));
    refuses("one X.509 certificate in DER");
  }

  @Test
  void whatTheMakerSaysCannotMoveATerminalsCursor() {
    ek.model = "SLB\u001b[2J\u202e9670" + "x".repeat(400);
    String model = authentic(verify(ek.issue())).tpm().model();
    assertThat(model).startsWith("SLB?[2J?9670x").hasSize(256);
  }

  /** Else one certificate would have many digests, and revoking or admitting one says little. */
  @Test
  void refusesTheSameCertificateInIndefiniteLengthForm() {
    byte[] der = Maker.der(ek.issue()).toArray();
    assertThat(Bytes.of(der).toHex()).startsWith("3082");
    String content = Bytes.of(der).toHex().substring(8);
    refused(
        verifier.verify(Bytes.fromHex("3080" + content + "0000"), Maker.NOW),
        Refusal.UNTRUSTED_TPM,
        "one X.509");
  }

  @Test
  void mutatedCertificatesAreOnlyEverRefused() {
    byte[] der = Maker.der(ek.issue()).toArray();
    Random random = new Random(1);
    for (int i = 0; i < 900; i++) {
      byte[] changed = der.clone();
      int at = random.nextInt(der.length);
      changed[at] = (byte) random.nextInt();
      if (!Arrays.equals(changed, der)) {
        refused(
            verifier.verify(Bytes.of(changed), Maker.NOW),
            Refusal.UNTRUSTED_TPM,
            "EK certificate: ");
      }
    }
  }
}
