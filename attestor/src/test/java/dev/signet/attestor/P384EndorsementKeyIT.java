// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static dev.signet.attestor.VerifierInteropIT.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.HostId;
import dev.signet.tpmsim.TpmMaker;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.EkCertificateVerifier;
import dev.signet.verifier.verification.EndorsementKey;
import dev.signet.verifier.verification.MakeCredential;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A maker's TPM whose P-384 endorsement key is the one to prove (template H-3). */
class P384EndorsementKeyIT {
  @TempDir Path directory;
  private TpmMaker maker;
  private TestHost host;

  @BeforeEach
  void manufacture() throws IOException {
    maker = TpmMaker.in(directory.resolve("maker"), "Test Maker", TestHost.RANDOM);
    host = TestHost.over(maker.manufacture(directory.resolve("tpm")), directory.resolve("state"));
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(host.leftInTheTpm()).isEmpty();
    host.close();
  }

  private static ProvisioningOptions asking(EndorsementKeyKind kind) {
    return new ProvisioningOptions(
        Optional.of(kind), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private EndorsementKey verified(Bytes certificate) {
    return authentic(
        new EkCertificateVerifier(
                List.of(maker.root()),
                List.of(maker.issuer()),
                EkCertificateVerifier.Simulators.ALLOWED)
            .verify(certificate, Instant.now()));
  }

  private static EnrollmentChallenge challenge(MakeCredential.Credential credential) {
    return new EnrollmentChallenge(
        "e1",
        "https://verifier.example",
        credential.credentialBlob(),
        credential.encryptedSecret(),
        Bytes.of(new byte[32]),
        List.of(0, 15),
        Instant.EPOCH,
        Instant.EPOCH);
  }

  @Test
  void hostEnrolsWithIt() throws Exception {
    Attestor attestor = host.provision(asking(EndorsementKeyKind.P384));
    var request = attestor.enrollmentRequest(new HostId("host-1"), null, null);
    EndorsementKey ek = verified(request.ekCertificate());
    AttestationKey ak =
        authentic(AttestationKey.check(attestor.akPublic(), attestor.akParentPublic()));
    byte[] secret = new byte[32];
    TestHost.RANDOM.nextBytes(secret);
    var challenge = challenge(MakeCredential.make(ek, ak, secret, TestHost.RANDOM));
    host.reboot();
    host.bus().clear();
    var activation = host.attestor().activate(challenge);
    assertThat(activation.secret().toArray()).isEqualTo(secret);
    assertThat(host.bus().saw(secret)).isFalse();
  }

  @Test
  void credentialForAnotherHostsAkIsNotActivated() throws Exception {
    Attestor attestor = host.provision(asking(EndorsementKeyKind.P384));
    EndorsementKey ek = verified(attestor.ekCertificate().orElseThrow());
    try (TestHost other = TestHost.provisioned(directory.resolve("other"))) {
      Attestor his = other.attestor();
      AttestationKey ak = authentic(AttestationKey.check(his.akPublic(), his.akParentPublic()));
      var challenge = challenge(MakeCredential.make(ek, ak, new byte[32], TestHost.RANDOM));
      assertThatThrownBy(() -> attestor.activate(challenge)).isInstanceOf(TpmException.class);
    }
  }

  @Test
  void templateMakesTheKeyThatTheMakerCertified() throws Exception {
    PublicArea made =
        host.tpm()
            .connection()
            .transact(
                transaction ->
                    new ObjectCommands(transaction)
                        .createPrimary(Entity.plain(Entity.ENDORSEMENT), Templates.ekP384(), null)
                        .publicArea());
    PublicArea persistent =
        host.tpm()
            .connection()
            .transact(transaction -> new ObjectCommands(transaction).readPublic(0x81010016));
    assertThat(made).isEqualTo(persistent);
    assertThat(made.name()).hasSize(50);
    Optional<dev.signet.attestor.EndorsementKey> found =
        host.tpm()
            .connection()
            .transact(
                transaction ->
                    dev.signet.attestor.EndorsementKey.find(transaction, EndorsementKeyKind.P384));
    assertThat(found.orElseThrow().certifies(made)).isTrue();
    PublicArea.EcPoint point = made.point();
    PublicArea.EcPoint ofAnotherCurve =
        new PublicArea.EcPoint(Octets.padded(point.x(), 66), Octets.padded(point.y(), 66));
    assertThat(
            found
                .orElseThrow()
                .certifies(
                    new PublicArea(
                        made.encoded(), made.type(), made.attributes(), ofAnotherCurve, null)))
        .isFalse();
  }

  @Test
  void rsaComesFirstWhereNothingWasAsked() throws Exception {
    Attestor attestor = host.provision();
    assertThat(PublicArea.parse(attestor.ekPublic().toArray()).type()).isEqualTo(PublicArea.RSA);
    assertThat(Provisioning.provision(host.tpm(), host.state(), asking(EndorsementKeyKind.P384)))
        .isInstanceOfSatisfying(
            Provisioning.Outcome.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Provisioning.Reason.PROVISIONED_OTHERWISE);
              assertThat(refused.detail()).contains("p-384", "rsa-2048", "--replace");
            });
  }

  @Test
  void onlyKeysWithACertificateCanBeAskedFor() throws Exception {
    assertThat(Provisioning.provision(host.tpm(), host.state(), asking(EndorsementKeyKind.P256)))
        .isInstanceOfSatisfying(
            Provisioning.Outcome.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Provisioning.Reason.EK_CERTIFICATE_MISSING);
              assertThat(refused.detail()).contains("p-256", "0x01c0000a");
            });
    // Nothing was made of it: another choice goes through.
    host.provision(asking(EndorsementKeyKind.P384));
  }
}
