// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What CI may sign besides one JAR with a key, from the signature to a signed request. */
class ReleasesSystemTest {
  private static final AgentId KEYLESS = new AgentId("spiffe://site.example/agent/keyless");
  private static final String OTHER = TestSigstore.IDENTITY + "-evil";

  private static TestSigstore sigstore;
  private static Site site;
  private static Path root;
  private static byte[] payload;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofMinutes(1));
    sigstore = new TestSigstore(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    root =
        Files.writeString(site.place("trusted_root.json"), sigstore.trustedRootJson().toString());
    site.trustSigstore(root);
    payload =
        DsseEnvelope.parse(
                Files.readAllBytes(site.statement(KEYLESS, "keyless", site.jar(), Site.FLOOR)))
            .payload()
            .toArray();
    var registered =
        site.signet(
            "agent",
            "register",
            KEYLESS.value(),
            "--host",
            site.host().id().value(),
            "--identity",
            TestSigstore.IDENTITY,
            "--issuer",
            TestSigstore.ISSUER,
            "--waive-boot",
            "simulated TPMs",
            "--any-launcher",
            "run from a source tree");
    assertThat(registered.code()).as(registered.err()).isZero();
  }

  @AfterAll
  static void close() throws Exception {
    if (site != null) {
      site.close();
    }
  }

  @Test
  void agentThatCiSignedWithoutAKeySignsItsRequests() throws Exception {
    try (SignetProcess run = keyless(TestSigstore.IDENTITY, TestSigstore.IDENTITY).ready()) {
      assertThat(run.ask("get " + site.toolUrl() + "/weather"))
          .startsWith("200 ")
          .endsWith(KEYLESS.value());
      run.say("exit 0");
      assertThat(run.end()).isZero();
    }
  }

  @Test
  void attack52LauncherRefusesAStatementBySomebodyElse() throws Exception {
    int before = events().size();
    try (SignetProcess run = keyless(OTHER, TestSigstore.IDENTITY)) {
      assertThat(run.end()).isEqualTo(1);
      assertThat(run.told())
          .last()
          .asString()
          .contains("refused: STATEMENT_UNTRUSTED: ", "signed by " + OTHER);
    }
    assertThat(events()).as("nothing was recorded").hasSize(before);
  }

  @Test
  void attack52VerifierRefusesAStatementThatALauncherBelieves() throws Exception {
    try (SignetProcess run = keyless(OTHER, OTHER)) {
      assertThat(run.end()).isEqualTo(1);
      assertThat(run.told())
          .last()
          .asString()
          .contains("refused: STATEMENT_UNTRUSTED: ", "the verifier says");
    }
  }

  @Test
  void agentWithAClassPathSignsItsRequests() throws Exception {
    Path library = site.place("library.jar");
    Path jar = TestJars.agent(site.place("split.jar"), library);
    Path statement = site.place("split.json");
    good(
        "measure",
        "--jar",
        jar,
        "--class-path",
        library,
        "--agent",
        Site.AGENT.value(),
        "--svn",
        Site.FLOOR,
        "--env",
        "TOOL_API_KEY",
        "--egress",
        Site.EGRESS,
        "--out",
        statement);
    Path signed = site.place("split.dsse");
    good("sign", "--key", site.place("ci.pem"), statement, "--out", signed);
    try (SignetProcess run = split(jar, library, signed).ready()) {
      assertThat(run.ask("get " + site.toolUrl() + "/weather"))
          .startsWith("200 ")
          .endsWith(Site.AGENT.value());
      run.say("exit 0");
      assertThat(run.end()).isZero();
    }
    List<LaunchEvent> events = events();
    assertThat(((LaunchEvent.Start) events.get(events.size() - 2)).artifacts())
        .extracting(LaunchEvent.Artifact::role)
        .containsExactlyInAnyOrder("agent-jar", "class-path");

    Files.write(library, new byte[1], StandardOpenOption.APPEND);
    try (SignetProcess run = split(jar, library, signed)) {
      assertThat(run.end()).isEqualTo(1);
      assertThat(run.told()).last().asString().contains("refused: MEASUREMENT_MISMATCH: ");
    }
    assertThat(events()).as("nothing more was recorded").hasSize(events.size());
  }

  private static SignetProcess split(Path jar, Path library, Path statement) throws Exception {
    return SignetProcess.signet(
        site.agentEnvironment(),
        site.runArguments(jar, statement, "--class-path", library.toString()));
  }

  private static SignetProcess keyless(String signedBy, String believed) throws Exception {
    Path bundle =
        Files.write(
            site.place("statement.sigstore.json"),
            sigstore.bundle().statement(payload).by(TestSigstore.ISSUER, signedBy).encode());
    List<String> words = new ArrayList<>(List.of("run", "--state", site.host().state().toString()));
    words.addAll(List.of("--jar", site.jar().toString(), "--statement", bundle.toString()));
    words.addAll(List.of("--identity", believed, "--issuer", TestSigstore.ISSUER));
    words.addAll(List.of("--trusted-root", root.toString(), "--env", "TOOL_API_KEY"));
    return SignetProcess.signet(site.agentEnvironment(), words);
  }

  private static void good(Object... arguments) {
    var ended = site.signet(arguments);
    assertThat(ended.code()).as(ended.err()).isZero();
  }

  private static List<LaunchEvent> events() throws Exception {
    return site.host().attestor().launchRegister(Site.REGISTER).events();
  }
}
