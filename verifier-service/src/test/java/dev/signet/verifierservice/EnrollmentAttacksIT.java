// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Purpose;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks of ATTACKS.md on enrolment, through the API. */
class EnrollmentAttacksIT {
  @TempDir Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private String enrol(TestHost host) throws Exception {
    return verifier.reason("POST", "/v1/enrollments", null, host.enrollmentRequest(null));
  }

  @Test
  void attack05GenuineTpmElsewhere() throws Exception {
    new TestHost(verifier, "host-1").admitted();
    assertThat(enrol(new TestHost(verifier, "host-1"))).isEqualTo("NOT_ADMITTED");
  }

  @Test
  void refusesTpmOfAnUnknownMaker() throws Exception {
    SoftwareTpmMaker unknown = new SoftwareTpmMaker("Maker", Instant.now());
    assertThat(enrol(new TestHost(verifier, "host-1", unknown).admitted()))
        .isEqualTo("UNTRUSTED_TPM");
  }

  @Test
  void attack06And49KeyThatTheTpmDoesNotHold() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    EnrollmentChallenge challenge = host.beginEnrollment(null);
    ActivationRequest good = host.activation(challenge);
    ActivationRequest guessed = new ActivationRequest(Bytes.of(new byte[32]), good.quote());
    String path = TestHost.activationPath(challenge);
    assertThat(verifier.reason("POST", path, null, guessed)).isEqualTo("ACTIVATION_FAILED");
    assertThat(verifier.reason("POST", path, null, good))
        .as("deleted after the bad answer")
        .isEqualTo("NOT_FOUND");
    assertThat(verifier.operator("GET", "/v1/hosts/host-1", null).has("attestationKey")).isFalse();
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    JsonNode failed = decisions.get(decisions.size() - 1);
    assertThat(failed.get("actor").asText()).isEqualTo("-");
    assertThat(failed.get("host").isNull()).isTrue();
    assertThat(failed.get("detail").asText()).startsWith("claimed host: host-1; ");
    assertThat(decisions.get(0).get("actor").asText()).isEqualTo("operator:root");
  }

  @Test
  void attack07UnrestrictedKey() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    host.tpm.claimAkAttributes(0x00040472);
    assertThat(enrol(host)).isEqualTo("AK_REJECTED");
  }

  @Test
  void attack49ActivationAfterItsTime() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    EnrollmentChallenge challenge = host.beginEnrollment(null);
    verifier.ahead.set(Duration.ofSeconds(61));
    assertThat(
            verifier.reason(
                "POST", TestHost.activationPath(challenge), null, host.activation(challenge)))
        .isEqualTo("NOT_FOUND");
  }

  @Test
  void attack55OwnTpmIsNotAdmittedByDefault() throws Exception {
    TestHost host = new TestHost(verifier, "host-1");
    assertThat(enrol(host)).isEqualTo("NOT_ADMITTED");
    JsonNode pending = verifier.operator("GET", "/v1/hosts", null).get("pending").get(0);
    assertThat(pending.get("tpm").asText()).isEqualTo(host.tpmHash().toString());
    host.admitted().enrolled().launch();
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST)))
        .as("admitted, but no agent may run there")
        .isEqualTo("NOT_REGISTERED");
    host.register(TestHost.AGENT, "\"host-2\"");
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("NOT_REGISTERED");
  }

  @Test
  void attack55JoinTokenOfAnotherTpm() throws Exception {
    TestHost expected = new TestHost(verifier, "host-1");
    String token =
        verifier
            .operator(
                "POST",
                "/v1/join-tokens",
                "{\"host\":\"host-1\",\"tpm\":\""
                    + expected.tpmHash()
                    + "\",\"expiresInSeconds\":60}")
            .get("joinToken")
            .asText();
    TestHost other = new TestHost(verifier, "host-1");
    assertThat(verifier.reason("POST", "/v1/enrollments", null, other.enrollmentRequest(token)))
        .isEqualTo("NOT_ADMITTED");
    expected.activate(expected.beginEnrollment(token));
  }

  @Test
  void pendingTpmKeepsTheNameThatItAskedForFirst() throws Exception {
    TestHost host = new TestHost(verifier, "host-1");
    assertThat(enrol(host)).isEqualTo("NOT_ADMITTED");
    EnrollmentRequest renamed =
        new EnrollmentRequest(
            new HostId("attacker"),
            host.ekCertificate,
            null,
            host.tpm.akPublic(),
            host.tpm.parentPublic(),
            null);
    assertThat(verifier.reason("POST", "/v1/enrollments", null, renamed)).isEqualTo("NOT_ADMITTED");
    JsonNode pending = verifier.operator("GET", "/v1/hosts", null).get("pending");
    assertThat(pending).hasSize(1);
    assertThat(pending.get(0).get("host").asText()).isEqualTo("host-1");
    assertThat(pending.get(0).get("newestHost").asText()).isEqualTo("attacker");
  }

  private String unboundToken(String host) throws Exception {
    return verifier
        .operator("POST", "/v1/join-tokens", "{\"host\":\"" + host + "\",\"expiresInSeconds\":60}")
        .get("joinToken")
        .asText();
  }

  private String enrolWithToken(TestHost host) throws Exception {
    return verifier.reason(
        "POST", "/v1/enrollments", null, host.enrollmentRequest(unboundToken(host.host.value())));
  }

  private void revoke(String scope, Object value) throws Exception {
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"" + scope + "\",\"value\":\"" + value + "\",\"reason\":\"stolen\"}");
  }

  @Test
  void attack64RevokedTpmUnderAnotherCertificate() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    revoke("tpm", host.tpmHash());
    assertThat(enrolWithToken(new TestHost(host, "host-2"))).isEqualTo("REVOKED");
    verifier.operator("DELETE", "/v1/hosts/host-1", null);
    assertThat(enrolWithToken(new TestHost(host, "host-2"))).isEqualTo("REVOKED");
  }

  @Test
  void attack64TpmOfARevokedHostUnderAnotherCertificateAndName() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    revoke("host", "host-1");
    verifier.operator("DELETE", "/v1/hosts/host-1", null);
    assertThat(enrolWithToken(new TestHost(host, "host-2"))).isEqualTo("REVOKED");
  }

  @Test
  void attack64RevokingOneCertificateEndsTheKeyUnderTheOther() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    verifier.operator("DELETE", "/v1/hosts/host-1", null);
    TestHost second = new TestHost(host, "host-2");
    second.activate(second.beginEnrollment(unboundToken("host-2")));
    second.registered().launch();
    String token = second.attest().token();
    assertThat(asked(second, token).get("accepted").asBoolean()).isTrue();
    revoke("tpm", host.tpmHash());
    assertThat(second.refused(second.freshEvidence(Purpose.ATTEST))).isEqualTo("REVOKED");
    assertThat(asked(second, token).get("reason").asText())
        .as("the token names the other certificate")
        .isEqualTo("REVOKED");
  }

  /** As if it had been revoked first, when the other name would not have been given. */
  @Test
  void attack64RevokingAHostEndsItsTpmUnderTheNameThatItHasNow() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    TestHost second = new TestHost(host, "host-2").admitted().enrolled().registered();
    second.launch();
    String token = second.attest().token();
    revoke("host", "host-1");
    assertThat(second.refused(second.freshEvidence(Purpose.ATTEST))).isEqualTo("REVOKED");
    assertThat(asked(second, token).get("reason").asText()).isEqualTo("REVOKED");
    assertThat(verifier.operator("GET", "/v1/hosts/host-2", null).at("/status/state").asText())
        .isEqualTo("revoked");
  }

  private JsonNode asked(TestHost host, String token) throws Exception {
    return verifier.good(
        "POST",
        "/v1/verify",
        TestVerifier.SERVICE,
        SignedRequests.get(host, token, "https", "tools.test", "/tools", Instant.now()),
        JsonNode.class);
  }

  @Test
  void attack56OneTpmIsNotTwoHostsByTwoCertificates() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    TestHost second = new TestHost(host, "host-2");
    assertThat(enrolWithToken(second)).isEqualTo("NOT_ADMITTED");
    second.tpm.newAk();
    assertThat(enrol(second.admitted())).isEqualTo("AK_EXISTS");
  }

  @Test
  void anotherTpmMayTakeTheNameOfARemovedHost() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    verifier.operator("DELETE", "/v1/hosts/host-1", null);
    new TestHost(verifier, "host-1").ready();
    revoke("host", "host-1");
    TestHost elsewhere = new TestHost(host, "host-2");
    elsewhere.activate(elsewhere.beginEnrollment(unboundToken("host-2")));
  }

  @Test
  void unboundTokensCanBeForbidden() throws Exception {
    TestHost host = new TestHost(verifier, "host-1");
    String old = unboundToken("host-1");
    verifier.stop();
    verifier.extraConfig = "requireBoundTokens: true";
    verifier.start();
    assertThat(verifier.reason("POST", "/v1/enrollments", null, host.enrollmentRequest(old)))
        .isEqualTo("NOT_ADMITTED");
    ProblemDetails problem =
        TestVerifier.problem(
            verifier.call(
                "POST",
                "/v1/join-tokens",
                TestVerifier.OPERATOR,
                "{\"host\":\"host-1\",\"expiresInSeconds\":60}".getBytes(StandardCharsets.UTF_8)));
    assertThat(problem.detail()).contains("requireBoundTokens", "signet doctor");
  }

  @Test
  void attack55ManyUnknownTpmsDoNotFillTheDisk() throws Exception {
    verifier.close();
    verifier.limits = "  pendingHosts: 2";
    verifier.start();
    for (int i = 0; i < 4; i++) {
      assertThat(enrol(new TestHost(verifier, "host-" + i))).isEqualTo("NOT_ADMITTED");
    }
    assertThat(verifier.operator("GET", "/v1/hosts", null).get("pending")).hasSize(2);
  }

  @Test
  void attack56SecondKeyOnTheSameTpm() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    Bytes first = host.tpm.akName();
    host.tpm.newAk();
    assertThat(enrol(host)).isEqualTo("AK_EXISTS");
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    host.enrolled();
    host.attest();
    assertThat(host.tpm.akName()).isNotEqualTo(first);
  }

  @Test
  void attack56TwoEnrolmentsAtOnceGiveOneKey() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    EnrollmentChallenge first = host.beginEnrollment(null);
    ActivationRequest answer = host.activation(first);
    EnrollmentChallenge second = host.beginEnrollment(null);
    host.activate(second);
    assertThat(verifier.reason("POST", TestHost.activationPath(first), null, answer))
        .isEqualTo("AK_EXISTS");
  }

  @Test
  void attack56TwoEnrolmentsAtOnceUnderTwoCertificatesGiveOneKey() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    EnrollmentChallenge first = host.beginEnrollment(null);
    ActivationRequest answer = host.activation(first);
    host.tpm.newAk();
    new TestHost(host, "host-2").admitted().enrolled();
    assertThat(verifier.reason("POST", TestHost.activationPath(first), null, answer))
        .isEqualTo("AK_EXISTS");
    assertThat(verifier.operator("GET", "/v1/hosts/host-1", null).has("attestationKey")).isFalse();
  }

  @Test
  void attack56TpmThatWasAdmittedMeanwhileDoesNotJoinAsAnotherHost() throws Exception {
    TestHost host = new TestHost(verifier, "host-1");
    EnrollmentChallenge challenge = host.beginEnrollment(unboundToken("host-1"));
    // Admitted by its digest, and seen: before it is shown nobody knows which key it is about.
    new TestHost(host, "host-2").admitted().beginEnrollment(null);
    assertThat(
            verifier.reason(
                "POST", TestHost.activationPath(challenge), null, host.activation(challenge)))
        .isEqualTo("NOT_ADMITTED");
  }

  @Test
  void attack55JoinTokenAdmitsOneTpm() throws Exception {
    String token = unboundToken("host-1");
    TestHost first = new TestHost(verifier, "host-1");
    EnrollmentChallenge challenge = first.beginEnrollment(token);
    // Not yet activated: nothing but the token tells the second one apart.
    TestHost second = new TestHost(verifier, "host-1");
    assertThat(verifier.reason("POST", "/v1/enrollments", null, second.enrollmentRequest(token)))
        .isEqualTo("NOT_ADMITTED");
    first.activate(challenge);
  }

  @Test
  void attack64TpmRevokedDuringEnrolmentUnderItsOtherCertificate() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    TestHost second = new TestHost(host, "host-2").admitted();
    for (String[] revoked :
        new String[][] {{"tpm", host.tpmHash().toString()}, {"host", "host-1"}}) {
      EnrollmentChallenge challenge = second.beginEnrollment(null);
      revoke(revoked[0], revoked[1]);
      assertThat(
              verifier.reason(
                  "POST", TestHost.activationPath(challenge), null, second.activation(challenge)))
          .as(revoked[0])
          .isEqualTo("REVOKED");
      verifier.operator(
          "POST",
          "/v1/reinstatements",
          "{\"scope\":\"%s\",\"value\":\"%s\",\"reason\":\"found\"}"
              .formatted(revoked[0], revoked[1]));
    }
    second.enrolled();
  }

  @Test
  void attack64HostRevokedDuringEnrolment() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").admitted();
    EnrollmentChallenge challenge = host.beginEnrollment(null);
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"tpm\",\"value\":\"" + host.tpmHash() + "\",\"reason\":\"stolen\"}");
    assertThat(
            verifier.reason(
                "POST", TestHost.activationPath(challenge), null, host.activation(challenge)))
        .isEqualTo("REVOKED");
  }

  @Test
  void attack45SomebodyElsesAttemptDoesNotEndAnEnrolment() throws Exception {
    TestHost host = new TestHost(verifier, "host-9").admitted();
    EnrollmentChallenge genuine = host.beginEnrollment(null);
    // The EK certificate is no secret: whoever has it can begin, and cannot finish.
    host.beginEnrollment(null);
    host.activate(genuine);
  }
}
