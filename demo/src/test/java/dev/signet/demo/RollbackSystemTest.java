// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.AgentLaunch;
import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.LaunchOutcome;
import dev.signet.launcher.LaunchRequest;
import dev.signet.launcher.Program;
import dev.signet.launcher.VerifierClient;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SignerPolicy;
import dev.signet.protocol.AgentId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Older builds and statements that ended, brought to launcher and verifier, before and after each
 * began anew (ATTACKS row 51). {@code signet run} is a launcher of its own each time.
 */
class RollbackSystemTest {
  private static final AgentId AGENT = Site.SECOND;

  private Site site;

  @BeforeEach
  void build() throws Exception {
    site = Site.build(Duration.ofMinutes(5));
  }

  @AfterEach
  void close() throws Exception {
    site.close();
  }

  /** The verifier has no floor for this agent, and would let it pass. */
  @Test
  void attack51LauncherDoesNotGoBackToAnOlderBuild() throws Exception {
    runs(5);
    refused(4, "refused: ROLLED_BACK: security version 5 of this agent ran on this host");
    restartVerifier();
    refused(4, "refused: ROLLED_BACK: security version 5 of this agent ran on this host");
    runs(5);
    assertThat(site.decisions("release", "ROLLED_BACK", AGENT)).isZero();
    assertThat(site.decisions("attest", "OK", AGENT)).as("no token for version 4").isEqualTo(2);
  }

  @Test
  void launcherGoesBackOnceAnOperatorLowersTheFloor() throws Exception {
    runs(5);
    refused(4, "ROLLED_BACK");
    assertThat(site.signet("agent", "floor", AGENT.value(), "4", "--lower").code()).isZero();
    restartVerifier();
    runs(4);
    refused(3, "refused: ROLLED_BACK: the verifier says");
    runs(5);
    refused(4, "refused: ROLLED_BACK: security version 5 of this agent ran on this host");
    assertThat(audited("floor"))
        .containsExactly("0 to 4, lowered for launchers that ran newer builds too");
  }

  /** A launcher whose memory is gone, or another one. */
  @Test
  void attack51VerifierKeepsTheFloorThatFollowed() throws Exception {
    String[] registration = {
      "agent",
      "register",
      AGENT.value(),
      "--host",
      "host-1",
      "--signer",
      site.signer().toString(),
      "--waive-boot",
      "simulated",
      "--any-launcher",
      "from a source tree",
      "--raise-floor"
    };
    assertThat(site.signet((Object[]) registration).code()).isZero();
    runs(5);
    forgetStarted();
    restartVerifier();
    refused(4, "refused: ROLLED_BACK: the verifier says");
    assertThat(audited("floor")).containsExactly("0 to 5, accepted");
    assertThat(site.signet("agent", "floor", AGENT.value(), "4").code()).isZero();
    runs(4);
  }

  @Test
  void attack51StatementThatEndedIsRefusedByBoth() throws Exception {
    Path ended = site.statement(AGENT, "ended", site.jar(), 6, Instant.now().minusSeconds(10));
    refused(ended, "refused: STATEMENT_EXPIRED: ");
    // A host whose clock somebody set back: its launcher lets the statement pass.
    assertThat(startedAt(Instant.now().minus(Duration.ofHours(1)), ended))
        .isInstanceOfSatisfying(
            LaunchOutcome.RefusedByVerifier.class,
            refused -> assertThat(refused.problem().reason()).isEqualTo("STATEMENT_EXPIRED"));
    restartVerifier();
    refused(ended, "refused: STATEMENT_EXPIRED: ");
    assertThat(startedAt(Instant.now().minus(Duration.ofHours(1)), ended))
        .isInstanceOf(LaunchOutcome.RefusedByVerifier.class);
  }

  @Test
  void attack51NothingStartsWhereItIsNotKnownWhatRan() throws Exception {
    runs(5);
    for (Path file : startedFiles()) {
      Files.writeString(file, "{\"securityVersion\":1}");
    }
    Path statement = site.statement(AGENT, "v6", site.jar(), 6);
    try (SignetProcess run = run(statement)) {
      assertThat(run.end()).isEqualTo(69);
      assertThat(run.told()).last().asString().contains("versions").contains("damaged");
    }
  }

  private void restartVerifier() throws Exception {
    site.stopVerifier();
    site.startVerifier();
  }

  private void runs(long securityVersion) throws Exception {
    Path statement = site.statement(AGENT, "v" + securityVersion, site.jar(), securityVersion);
    try (SignetProcess run = run(statement).ready()) {
      run.say("exit 0");
      assertThat(run.end()).as("%s", run.told()).isZero();
    }
  }

  private void refused(long securityVersion, String says) throws Exception {
    refused(site.statement(AGENT, "v" + securityVersion, site.jar(), securityVersion), says);
  }

  private void refused(Path statement, String says) throws Exception {
    try (SignetProcess run = run(statement)) {
      assertThat(run.end()).as("%s", run.told()).isEqualTo(1);
      assertThat(run.rest()).isEmpty();
      assertThat(run.told()).last().asString().contains(says);
    }
  }

  private SignetProcess run(Path statement) throws Exception {
    return SignetProcess.signet(site.agentEnvironment(), site.runArguments(site.jar(), statement));
  }

  private LaunchOutcome startedAt(Instant time, Path statement) throws Exception {
    Path state = site.host().state();
    Attestor attestor = site.host().attestor();
    LaunchRequest request =
        new LaunchRequest(
            new Program.Jar(site.jar()),
            statement,
            SignerPolicy.pinned(List.of(KeyFiles.readPublic(site.signer()))),
            Path.of(System.getProperty("java.home")),
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            EgressRequest.NONE,
            IsolationMode.NONE,
            Optional.empty(),
            Files.createDirectories(site.place("private")),
            RegisterChoice.pcr(Site.REGISTER));
    try (VerifierClient client = site.host().client()) {
      return new AgentLaunch(
              attestor,
              state,
              EnrolledHost.load(state),
              client,
              Clock.fixed(time, ZoneOffset.UTC),
              site.random(),
              (step, text) -> {})
          .start(request, Map.of());
    }
  }

  private void forgetStarted() throws Exception {
    for (Path file : startedFiles()) {
      Files.delete(file);
    }
  }

  private List<Path> startedFiles() throws Exception {
    try (Stream<Path> files = Files.list(site.host().state().resolve("versions"))) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".json")).toList();
      assertThat(found).hasSize(1);
      return found;
    }
  }

  /** Details of decisions of a kind about the agent, oldest first. */
  private List<String> audited(String act) throws Exception {
    return site.audit().stream()
        .filter(d -> d.path("act").asText().equals(act))
        .filter(d -> d.path("agent").asText().equals(AGENT.value()))
        .map(d -> d.path("detail"))
        .map(JsonNode::asText)
        .toList();
  }
}
