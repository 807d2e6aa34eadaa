// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Purpose;
import dev.signet.tpmsim.PlatformMaker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which machine a host is: shown at the enrolment, kept, required where the operator says so. */
class PlatformCertificatesIT {
  private static final String WANTED =
      "platformCertificates: {issuers: platforms, required: false}";
  private static final String REQUIRED =
      "platformCertificates: {issuers: platforms, required: true}";

  @TempDir Path directory;
  private final PlatformMaker maker = new PlatformMaker(Instant.now());
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void issuers() throws Exception {
    verifier = new TestVerifier(directory);
    Path issuers = Files.createDirectory(directory.resolve("platforms"));
    Files.write(issuers.resolve("root.der"), maker.root().toArray());
    Files.write(issuers.resolve("issuer.der"), maker.issuer().toArray());
  }

  @AfterEach
  void stop() throws Exception {
    verifier.stop();
  }

  private void start(String configuration) throws Exception {
    verifier.extraConfig = configuration;
    verifier.start();
    host = new TestHost(verifier, "host-1").admitted().registered();
  }

  private void restart(String configuration) throws Exception {
    verifier.stop();
    verifier.extraConfig = configuration;
    verifier.start();
  }

  private String enrolmentsReason() throws Exception {
    return verifier.reason("POST", "/v1/enrollments", null, host.enrollmentRequest(null));
  }

  private JsonNode shown() throws Exception {
    return verifier.operator("GET", "/v1/hosts/host-1", null);
  }

  @Test
  void inventoryAndAuditSayWhichMachineItIs() throws Exception {
    start(REQUIRED);
    host.platformCertificate = maker.about(host.ekCertificate).issue();
    host.enrolled().launch();
    host.attest();
    JsonNode platform = shown().get("platform");
    assertThat(platform.get("manufacturer").asText()).isEqualTo("Acme");
    assertThat(platform.get("model").asText()).isEqualTo("Server 9");
    assertThat(platform.get("version").asText()).isEqualTo("2.1");
    assertThat(platform.get("serial").asText()).isEqualTo("SN-0042");
    assertThat(verifier.operator("GET", "/v1/audit", null).toString())
        .contains("in Acme Server 9 2.1, serial number SN-0042 (platform certificate sha256:");
  }

  @Test
  void hostWithoutOneIsRefusedOnlyWhereOneIsRequired() throws Exception {
    start(REQUIRED);
    assertThat(enrolmentsReason()).isEqualTo("PLATFORM_CERTIFICATE_MISSING");
    restart(WANTED);
    host.enrolled().launch();
    host.attest();
    assertThat(shown().has("platform")).isFalse();
    // Required from now on: hosts that are there already have to show one, too.
    restart(REQUIRED);
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST)))
        .isEqualTo("PLATFORM_CERTIFICATE_MISSING");
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    host.platformCertificate = maker.about(host.ekCertificate).issue();
    host.enrolled();
    host.attest();
  }

  @Test
  void attack05PlatformCertificateOfAnotherTpm() throws Exception {
    start(WANTED);
    TestHost other = new TestHost(verifier, "host-2");
    host.platformCertificate = maker.about(other.ekCertificate).issue();
    assertThat(enrolmentsReason()).isEqualTo("UNTRUSTED_PLATFORM");
    host.platformCertificate = new PlatformMaker(Instant.now()).about(host.ekCertificate).issue();
    assertThat(enrolmentsReason()).isEqualTo("UNTRUSTED_PLATFORM");
    PlatformMaker.Draft ended = maker.about(host.ekCertificate);
    ended.notAfter = Instant.now().minusSeconds(60);
    host.platformCertificate = ended.issue();
    assertThat(enrolmentsReason()).isEqualTo("UNTRUSTED_PLATFORM");
  }

  @Test
  void nothingIsSaidWhereNothingIsChecked() throws Exception {
    start("");
    host.platformCertificate = maker.about(host.ekCertificate).issue();
    host.enrolled();
    assertThat(shown().has("platform")).isFalse();
  }

  @Test
  void laterEnrolmentTakesThePlaceOfTheEarlierOne() throws Exception {
    start(WANTED);
    host.platformCertificate = maker.about(host.ekCertificate).issue();
    host.enrolled();
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    PlatformMaker.Draft renewed = maker.about(host.ekCertificate);
    renewed.serial = null;
    host.platformCertificate = renewed.issue();
    host.enrolled();
    assertThat(shown().at("/platform/manufacturer").asText()).isEqualTo("Acme");
    assertThat(shown().get("platform").has("serial")).isFalse();
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    host.platformCertificate = null;
    host.enrolled();
    assertThat(shown().has("platform")).isFalse();
  }
}
