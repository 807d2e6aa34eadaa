// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ATTACKS row 51: floors that follow, floors that were lowered, statements that ended. */
class FloorsIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").admitted().enrolled();
    register("\"accepted\"");
  }

  @AfterEach
  void stop() throws Exception {
    verifier.stop();
  }

  @Test
  void attack51FloorFollowsWhatWasAcceptedAndStaysAcrossARestart() throws Exception {
    launchAndAttest(3);
    restart();
    launch(2);
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("ROLLED_BACK");
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("ROLLED_BACK");
    assertThat(floors()).containsExactly("verifier 0 to 3, accepted");
    launchAndAttest(3);
    launchAndAttest(5);
    launch(4);
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("ROLLED_BACK");
    assertThat(floors()).containsExactly("verifier 0 to 3, accepted", "verifier 3 to 5, accepted");
  }

  @Test
  void refusedOrOnlyReleasedBuildsRaiseNothing() throws Exception {
    launch(7);
    assertThat(host.submit(host.freshEvidence(Purpose.RELEASE)).statusCode()).isEqualTo(200);
    host.launch(8, TestHost.JAR, Digest.hash(new byte[] {1}));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("MEASUREMENT_MISMATCH");
    launchAndAttest(1);
    assertThat(floors()).containsExactly("verifier 0 to 1, accepted");
  }

  @Test
  void floorStaysWhereNothingWasSaid() throws Exception {
    register("null");
    launchAndAttest(3);
    launchAndAttest(2);
    assertThat(floors()).isEmpty();
  }

  @Test
  void loweredFloorIsNotUndoneByNewerBuildsThatStillRun() throws Exception {
    launchAndAttest(3);
    lower(2);
    host.attest();
    launchAndAttest(2);
    launchAndAttest(4);
    launch(3);
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("ROLLED_BACK");
  }

  @Test
  void attack51EachLoweringIsCountedForLaunchers() throws Exception {
    launch(3);
    assertThat(told()).isEqualTo(new StateApproval.Floor(0, 0));
    host.attest();
    assertThat(told()).isEqualTo(new StateApproval.Floor(3, 0));
    lower(2);
    assertThat(told()).isEqualTo(new StateApproval.Floor(2, 1));
    restart();
    assertThat(told()).isEqualTo(new StateApproval.Floor(2, 1));
    verifier.operator("POST", "/v1/floors", floor(3, ""));
    verifier.operator("POST", "/v1/floors", floor(3, ",\"lower\":true"));
    verifier.operator("POST", "/v1/floors", floor(3, ",\"lower\":false"));
    assertThat(told()).isEqualTo(new StateApproval.Floor(3, 2));
  }

  @Test
  void attack51LoweringForLaunchersNeedsTheRightToLower() throws Exception {
    launch(3);
    byte[] lower = floor(3, ",\"lower\":true").getBytes(StandardCharsets.UTF_8);
    assertThat(verifier.reason("POST", "/v1/floors", TestVerifier.REGISTRAR, lower))
        .isEqualTo("NOT_PERMITTED");
    assertThat(told()).isEqualTo(new StateApproval.Floor(0, 0));
  }

  /** Known statements are remembered, and a restart forgets them. */
  @Test
  void attack51StatementThatEndedIsRefusedBeforeAndAfterARestart() throws Exception {
    launchAndAttest(3);
    verifier.ahead.set(Duration.ofDays(2));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_EXPIRED");
    restart();
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_EXPIRED");
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("STATEMENT_EXPIRED");
  }

  @Test
  void knowsNoOtherWayToRaiseFloors() throws Exception {
    assertThat(
            verifier.reason(
                "PUT",
                "/v1/registrations?agent=" + TestHost.AGENT,
                TestVerifier.OPERATOR,
                registration("\"always\"").getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("MALFORMED_MESSAGE");
  }

  private void restart() throws Exception {
    verifier.stop();
    verifier.start();
  }

  private void launch(long securityVersion) {
    host.launch(securityVersion, TestHost.JAR, TestHost.JAR);
  }

  private void launchAndAttest(long securityVersion) throws Exception {
    launch(securityVersion);
    host.attest();
  }

  private void lower(long securityVersion) throws Exception {
    verifier.operator("POST", "/v1/floors", floor(securityVersion, ""));
  }

  private static String floor(long securityVersion, String more) {
    return "{\"agent\":\"%s\",\"securityVersion\":%d%s}"
        .formatted(TestHost.AGENT, securityVersion, more);
  }

  private StateApproval.Floor told() throws Exception {
    return verifier
        .good(
            "POST",
            "/v1/attestations",
            null,
            host.freshEvidence(Purpose.RELEASE),
            StateApproval.Granted.class)
        .floor();
  }

  /** Actors and details of the floor's changes, oldest first. */
  private List<String> floors() throws Exception {
    List<String> all = new ArrayList<>();
    for (JsonNode d : verifier.operator("GET", "/v1/audit", null).get("decisions")) {
      if (d.get("act").asText().equals("floor")) {
        all.add(d.get("actor").asText() + " " + d.get("detail").asText());
      }
    }
    return all;
  }

  private void register(String raiseFloor) throws Exception {
    verifier.operator("PUT", "/v1/registrations?agent=" + TestHost.AGENT, registration(raiseFloor));
  }

  private static String registration(String raiseFloor) {
    String key = new String(StrictJson.encode(TestHost.CI.publicKey()), StandardCharsets.UTF_8);
    String more = raiseFloor.equals("null") ? "" : ",\"raiseFloor\":" + raiseFloor;
    return "{\"hosts\":[\"host-1\"],\"signers\":["
        + key
        + "],\"boot\":{\"waived\":\"software TPM\"},\"launcher\":{\"waived\":\"test\"}"
        + more
        + "}";
  }
}
