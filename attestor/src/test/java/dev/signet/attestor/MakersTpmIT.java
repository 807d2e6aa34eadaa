// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TPM with an EK certificate: RSA-2048 EK, as makers ship them. */
class MakersTpmIT {
  @TempDir static Path directory;
  private static TpmMaker maker;
  private static TestHost host;
  private static Attestor attestor;

  @BeforeAll
  static void manufacture() throws IOException {
    maker = TpmMaker.in(directory.resolve("maker"), "Test Maker", TestHost.RANDOM);
    SimulatedTpm tpm = maker.manufacture(directory.resolve("tpm"));
    host = TestHost.over(tpm, directory.resolve("state"));
    attestor = host.provision();
  }

  @AfterAll
  static void stop() throws IOException {
    assertThat(host.leftInTheTpm()).isEmpty();
    host.close();
  }

  @Test
  void certificateIsReadFromNvCutAtItsEndAndChainsToTheMaker() throws Exception {
    byte[] der = attestor.ekCertificate().orElseThrow().toArray();
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
    assertThat(certificate.getEncoded()).isEqualTo(der);
    certificate.verify(maker.issuer().getPublicKey());
    assertThat(
            new EndorsementKey(EndorsementKeyKind.RSA_2048, der)
                .certifies(PublicArea.parse(attestor.ekPublic().toArray())))
        .isTrue();
  }

  @Test
  void certificateOfAnotherKeyIsNotTaken() throws Exception {
    byte[] der = attestor.ekCertificate().orElseThrow().toArray();
    PublicArea ek = PublicArea.parse(attestor.ekPublic().toArray());
    byte[] modulus = ek.modulus().clone();
    modulus[200] ^= 1;
    PublicArea other = new PublicArea(ek.encoded(), ek.type(), ek.attributes(), null, modulus);
    assertThat(new EndorsementKey(EndorsementKeyKind.RSA_2048, der).certifies(other)).isFalse();
  }

  @Test
  void enrolmentsChallengeIsAnsweredWithTheSecretAndAQuote() throws Exception {
    byte[] secret = new byte[32];
    TestHost.RANDOM.nextBytes(secret);
    TestCredential credential =
        TestCredential.make(
            PublicArea.parse(attestor.ekPublic().toArray()), attestor.akName().toArray(), secret);
    EnrollmentChallenge challenge =
        new EnrollmentChallenge(
            "e1",
            "https://verifier.example",
            Bytes.of(credential.blob()),
            Bytes.of(credential.secret()),
            Bytes.of(new byte[32]),
            List.of(0, 15),
            Instant.EPOCH,
            Instant.EPOCH);
    host.bus().clear();
    var activation = attestor.activate(challenge);
    assertThat(activation.secret().toArray()).isEqualTo(secret);
    assertThat(host.bus().saw(secret)).isFalse();
    byte[] input =
        EvidenceInput.forEnrollment(
            challenge.nonce(),
            challenge.verifier(),
            attestor.akName(),
            attestor.akPublic(),
            attestor.akParentPublic());
    assertThat(Attest.parse(activation.quote().attest().toArray()).extraData())
        .isEqualTo(Digest.hash(input).toArray());
  }

  @Test
  void credentialForAnotherAkIsNotActivated() throws Exception {
    byte[] otherName = attestor.akName().toArray();
    otherName[5] ^= 1;
    TestCredential credential =
        TestCredential.make(
            PublicArea.parse(attestor.ekPublic().toArray()), otherName, new byte[32]);
    EnrollmentChallenge challenge =
        new EnrollmentChallenge(
            "e1",
            "https://verifier.example",
            Bytes.of(credential.blob()),
            Bytes.of(credential.secret()),
            Bytes.of(new byte[32]),
            List.of(0, 15),
            Instant.EPOCH,
            Instant.EPOCH);
    assertThatThrownBy(() -> attestor.activate(challenge)).isInstanceOf(TpmException.class);
  }

  @Test
  void enrolmentRequestHasWhatTheVerifierNeeds() throws Exception {
    var request = attestor.enrollmentRequest(new HostId("host-1"), null, null);
    assertThat(request.akPublic()).isEqualTo(attestor.akPublic());
    assertThat(request.ekCertificate()).isEqualTo(attestor.ekCertificate().orElseThrow());
  }

  @Test
  void onlyTheSha256BankIsActive() throws IOException {
    assertThat(host.tpm().properties().pcrBanks()).containsExactly("sha256");
    assertThat(host.tpm().properties().manufacturer()).isEqualTo("IBM");
    assertThat(host.tpm().properties().firmwareVersion()).isNotZero();
  }
}
