// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StrictJson;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TPMs in two places, under two names, or with old firmware. */
class HostAlarmsIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  private void start(String config) throws Exception {
    verifier = new TestVerifier(directory);
    verifier.extraConfig = config;
    verifier.start();
    host = new TestHost(verifier, "host-1").admitted().registered();
  }

  private void attested() throws Exception {
    host.enrolled().launch();
    host.attest();
    assertThat(kinds()).isEmpty();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private JsonNode shown() throws Exception {
    return verifier.operator("GET", "/v1/hosts/host-1", null);
  }

  private Iterable<String> kinds() throws Exception {
    return shown().path("alarms").findValuesAsText("kind");
  }

  private String refused(TestHost by) throws Exception {
    return by.refused(by.freshEvidence(Purpose.ATTEST));
  }

  @Test
  void attack26CopyThatGoesItsOwnWayIsRefusedAndRings() throws Exception {
    start("");
    attested();
    TestHost copy = host.copied();
    host.launch();
    host.attest();

    copy.tpm.pass(60_000);
    assertThat(refused(copy)).as("a log that got shorter").isEqualTo("CONCURRENT_USE");
    copy.launch();
    assertThat(refused(copy)).as("another event in its place").isEqualTo("CONCURRENT_USE");
    assertThat(kinds()).containsExactly("forked");
    assertThat(shown().at("/alarms/0/times").asLong()).isEqualTo(2);
    assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
        .contains("signet_host_alarms{kind=\"forked\"} 1.0");

    host.launch();
    host.attest();
    assertThat(verifier.reason("DELETE", "/v1/hosts/host-1/alarms", TestVerifier.REGISTRAR, null))
        .isEqualTo("NOT_PERMITTED");
    verifier.operator("DELETE", "/v1/hosts/host-1/alarms", null);
    assertThat(kinds()).isEmpty();
  }

  @Test
  void evidenceThatWasOvertakenIsNoCopys() throws Exception {
    start("");
    attested();
    TestHost copy = host.copied();
    AttestationRequest early = host.freshEvidence(Purpose.ATTEST);
    host.launch();
    host.attest();
    var response = host.submit(early);
    assertThat(response.statusCode()).as(TestVerifier.text(response)).isEqualTo(200);
    assertThat(kinds()).isEmpty();
    // Nor does it make the verifier forget what came after it.
    copy.tpm.pass(60_000);
    assertThat(refused(copy)).isEqualTo("CONCURRENT_USE");
  }

  @Test
  void logOfAnotherBootOrRegisterSaysNothingOfThisOne() throws Exception {
    start("");
    attested();
    for (String other :
        List.of(
            "reset_count = reset_count - 1",
            "restart_count = restart_count - 1",
            "register = 'PCR 14'")) {
      verifier.stop();
      try (Connection db =
              DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/verifier.db"));
          Statement statement = db.createStatement()) {
        assertThat(
                statement.executeUpdate(
                    "UPDATE boot_sequences SET value = 'sha256:" + "0".repeat(64) + "', " + other))
            .isEqualTo(1);
      }
      verifier.start();
      host.attest();
      assertThat(kinds()).as(other).isEmpty();
    }
  }

  @Test
  void attack26CopyThatIsBehindRingsAndEndsBothWhereItIsToBeRefused() throws Exception {
    start("concurrentUse: refuse");
    attested();
    TestHost copy = host.copied();
    host.tpm.pass(60_000);
    host.attest();
    assertThat(refused(copy)).isEqualTo("CLOCK_ROLLED_BACK");
    assertThat(kinds()).containsExactly("clock-went-back");
    assertThat(refused(host)).isEqualTo("CONCURRENT_USE");
    verifier.operator("DELETE", "/v1/hosts/host-1/alarms", null);
    host.attest();
  }

  @Test
  void attack26OneLaunchFromTwoPlacesByTurnsRings() throws Exception {
    start("");
    attested();
    from("127.0.0.2");
    assertThat(kinds()).as("a host may move").isEmpty();
    host.attest();
    assertThat(kinds()).containsExactly("two-places");
    assertThat(shown().at("/alarms/0/detail").asText()).contains("127.0.0.1 and 127.0.0.2");
    from("127.0.0.2"); // flagged only
  }

  private void from(String address) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .localAddress(InetAddress.getByName(address))
            .sslContext(TestVerifier.tls(verifier.server().pin(), null))
            .build()) {
      HttpRequest request =
          HttpRequest.newBuilder(verifier.uri("/v1/attestations"))
              .header("content-type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofByteArray(
                      StrictJson.encode(host.freshEvidence(Purpose.ATTEST))))
              .build();
      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void attack05And55SomebodyUnderAHostsNameRings() throws Exception {
    start("");
    attested();
    TestHost other = new TestHost(verifier, "host-1");
    assertThat(verifier.reason("POST", "/v1/enrollments", null, other.enrollmentRequest(null)))
        .isEqualTo("NOT_ADMITTED");
    assertThat(kinds()).containsExactly("another-tpm");
    EnrollmentRequest renamed =
        new EnrollmentRequest(
            new HostId("host-2"),
            host.ekCertificate,
            null,
            host.tpm.akPublic(),
            host.tpm.parentPublic(),
            null);
    assertThat(verifier.reason("POST", "/v1/enrollments", null, renamed)).isEqualTo("NOT_ADMITTED");
    assertThat(kinds()).containsExactly("another-name", "another-tpm");
    assertThat(shown().at("/alarms/0/detail").asText()).isEqualTo("asked to be host-2");
    host.attest();
  }

  @Test
  void hostThatIsAdmittedAnewHasNoAlarmsOfTheFormerOne() throws Exception {
    start("");
    attested();
    TestHost other = new TestHost(verifier, "host-1");
    assertThat(verifier.reason("POST", "/v1/enrollments", null, other.enrollmentRequest(null)))
        .isEqualTo("NOT_ADMITTED");
    assertThat(kinds()).containsExactly("another-tpm");
    verifier.operator("DELETE", "/v1/hosts/host-1", null);
    other.admitted();
    assertThat(kinds()).isEmpty();
  }

  @Test
  void attack25FirmwareBelowItsMakersFloor() throws Exception {
    start("firmwareFloors: [{manufacturer: \"id:414D4400\", version: \"8000000000000002\"}]");
    host.tpm.updateFirmware(0x7FFF_FFFF_FFFF_FFFFL);
    EnrollmentChallenge challenge = host.beginEnrollment(null);
    assertThat(
            verifier.reason(
                "POST", TestHost.activationPath(challenge), null, host.activation(challenge)))
        .isEqualTo("FIRMWARE_TOO_OLD");
    host.tpm.updateFirmware(0x8000_0000_0000_0002L);
    attested();
    assertThat(shown().path("firmware").asText()).isEqualTo("8000000000000002");
    assertThat(shown().path("manufacturer").asText()).isEqualTo("id:414D4400");
    host.tpm.updateFirmware(0x8000_0000_0000_0001L);
    assertThat(refused(host)).isEqualTo("FIRMWARE_TOO_OLD");
  }
}
