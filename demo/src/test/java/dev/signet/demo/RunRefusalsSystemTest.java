// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.LaunchOutcome;
import dev.signet.launcher.LaunchRequest;
import dev.signet.launcher.Program;
import dev.signet.launcher.VerifierClient;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SignerPolicy;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code signet run} where it must not or cannot start anything: a code, one line, no trace. */
class RunRefusalsSystemTest {
  private static Site site;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofMinutes(5));
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  @Test
  void refusedLaunchLeavesNothingButAnAbortedStop() throws Exception {
    Path parent = Files.createDirectory(site.place("private"));
    Path old = site.statement(Site.AGENT, "old", site.jar(), Site.FLOOR - 1);
    LaunchRequest request =
        new LaunchRequest(
            new Program.Jar(site.jar()),
            old,
            SignerPolicy.pinned(List.of(KeyFiles.readPublic(site.signer()))),
            Path.of(System.getProperty("java.home")),
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            EgressRequest.NONE,
            IsolationMode.NONE,
            Optional.empty(),
            parent,
            RegisterChoice.pcr(Site.REGISTER));
    try (VerifierClient client = site.host().client()) {
      LaunchOutcome outcome =
          site.host().launcher(client, (step, text) -> {}).start(request, Map.of());
      assertThat(outcome)
          .isInstanceOfSatisfying(
              LaunchOutcome.RefusedByVerifier.class,
              refused -> assertThat(refused.problem().reason()).isEqualTo("ROLLED_BACK"));
    }
    try (Stream<Path> left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
    List<LaunchEvent> events = events(Site.AGENT);
    LaunchEvent start = events.get(events.size() - 2);
    assertThat(start).isInstanceOf(LaunchEvent.Start.class);
    assertThat(events.getLast())
        .isEqualTo(
            new LaunchEvent.Stop(Site.AGENT, start.launch(), null, LaunchEvent.Cause.ABORTED));
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("signet-renewal"));
  }

  @Test
  void attack51OlderBuildIsRefusedWithCodeOneAndOneLine() throws Exception {
    Path old = site.statement(Site.AGENT, "older", site.jar(), Site.FLOOR - 1);
    assertRefused(site.runArguments(site.jar(), old), 1, "refused: ROLLED_BACK: the verifier says");
  }

  @Test
  void attack52TamperedJarIsRefusedBeforeItIsMeasured() throws Exception {
    Path tampered = Files.copy(site.jar(), site.place("tampered.jar"));
    Files.write(tampered, new byte[] {'!'}, StandardOpenOption.APPEND);
    int before = events(Site.AGENT).size();
    assertRefused(
        site.runArguments(tampered, site.statement()), 1, "refused: MEASUREMENT_MISMATCH: ");
    assertThat(events(Site.AGENT)).hasSize(before);
  }

  @Test
  void refusalForMachinesIsJsonToo() throws Exception {
    Path old = site.statement(Site.AGENT, "oldest", site.jar(), 1);
    try (SignetProcess run =
        SignetProcess.signet(
            site.agentEnvironment(), site.runArguments(site.jar(), old, "--json"))) {
      assertThat(run.end()).isEqualTo(1);
      assertThat(run.rest()).isEmpty();
      for (String line : run.told()) {
        StrictJson.tree(line.getBytes(StandardCharsets.UTF_8), 1 << 16);
      }
      assertThat(run.told().getLast()).contains("\"exit\":1").contains("ROLLED_BACK");
    }
  }

  @Test
  void statementThatIsNoneOrMissingIsNamed() throws Exception {
    Path garbage = Files.writeString(site.place("garbage.dsse"), "{\"payload\":7}");
    assertRefused(site.runArguments(site.jar(), garbage), 1, "refused: STATEMENT_MALFORMED: ");
    assertRefused(
        site.runArguments(site.jar(), site.place("nowhere.dsse")), 64, "nowhere.dsse, there is");
    assertRefused(site.runArguments(site.jar(), site.place("")), 69, site.place("").toString());
  }

  @Test
  void wrongOptionsAreWrongCalls() throws Exception {
    Path jar = site.jar();
    Path statement = site.statement();
    assertRefused(site.runArguments(jar, statement, "--register-pcr", "16"), 64, "PCR 16");
    assertRefused(
        site.runArguments(jar, statement, "--jvm", "-javaagent:x.jar"), 64, "-javaagent:x.jar");
    assertRefused(
        site.runArguments(jar, statement, "--env", "JAVA_TOOL_OPTIONS=-javaagent:x"),
        1,
        "refused: MEASUREMENT_MISMATCH: ");
    assertRefused(site.runArguments(jar, statement, "--cwd", "/nowhere"), 64, "/nowhere");
  }

  @Test
  void verifierOrTpmThatCannotBeReachedIsNamed() throws Exception {
    int before = events(Site.AGENT).size();
    Path file = site.host().state().resolve("enrollment.json");
    String enrolled = Files.readString(file);
    int port = site.verifierUrl().getPort();
    try {
      Files.writeString(file, enrolled.replace("127.0.0.1:" + port, "127.0.0.1:1"));
      assertRefused(
          site.runArguments(site.jar(), site.statement()), 69, "127.0.0.1:1 cannot be reached");
      Files.writeString(file, enrolled.substring(0, enrolled.length() / 2));
      assertRefused(site.runArguments(site.jar(), site.statement()), 69, "damaged");
      Files.writeString(file, enrolled.replace("https://127", "http://127"));
      assertRefused(site.runArguments(site.jar(), site.statement()), 69, "damaged");
    } finally {
      Files.writeString(file, enrolled);
    }
    assertRefused(
        site.runArguments(site.jar(), site.statement(), "--tpm", "swtpm:unix:/nowhere/tpm.sock"),
        69,
        "the TPM at swtpm:unix:/nowhere/tpm.sock cannot be used");
    List<String> elsewhere = new ArrayList<>(site.runArguments(site.jar(), site.statement()));
    elsewhere.set(2, Files.createDirectory(site.place("empty")).toString());
    assertRefused(elsewhere, 69, "not enrolled");
    assertThat(events(Site.AGENT)).as("nothing was measured for it").hasSize(before);
  }

  @Test
  void startThatTheVerifierWouldNotFollowIsNotRecorded() throws Exception {
    List<String> otherRegister =
        site.runArguments(site.jar(), site.statement(), "--register-pcr", "14");
    assertRefused(otherRegister, 69, "the verifier expects the launch register in PCR 15");
    assertThat(site.host().attestor().launchRegister(14).events()).isEmpty();
  }

  @Test
  void pinnedVerifierIsTakenForNoOther() throws Exception {
    Path file = site.host().state().resolve("enrollment.json");
    String enrolled = Files.readString(file);
    String pin = site.operatorEnvironment().get("SIGNET_VERIFIER_PIN");
    try {
      Files.writeString(file, enrolled.replace(pin, "sha256:" + "0".repeat(64)));
      assertRefused(site.runArguments(site.jar(), site.statement()), 69, "pinned is");
    } finally {
      Files.writeString(file, enrolled);
    }
  }

  @Test
  void fullDiskIsNamedAndLeavesNothing() throws Exception {
    Path large = TestJars.agent(site.place("large.jar"), 600_000);
    Path statement = site.statement(Site.AGENT, "large", large, Site.FLOOR);
    Path scratch = Files.createDirectory(site.place("small"));
    boolean root = "root".equals(System.getProperty("user.name"));
    String mount = "mount -t tmpfs -o size=256k,mode=0711 tmpfs /run/signet && exec \"$@\"";
    boolean can =
        root
            && Files.isDirectory(Files.createDirectories(Path.of("/run/signet")))
            && new ProcessBuilder("unshare", "-m", "sh", "-c", mount, "sh", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0;
    assumeTrue(can, "a small disk needs root and mount namespaces");
    List<String> small =
        List.of(
            "unshare",
            "-m",
            "sh",
            "-c",
            mount.replace(
                "exec \"$@\"",
                // The directory in which launches claim users is the host's, not a launch's.
                "\"$@\"; c=$?; ls /run/signet | grep -vx users > "
                    + scratch.resolve("left")
                    + "; exit $c"),
            "sh");
    try (SignetProcess run =
        SignetProcess.signetWithin(
            small, site.agentEnvironment(), site.runArguments(large, statement))) {
      assertThat(run.end()).isEqualTo(69);
      assertThat(run.told())
          .as("%s", run.told())
          .last()
          .asString()
          .containsIgnoringCase("no space left");
      assertThat(run.told()).allMatch(line -> line.startsWith("signet: "));
    }
    assertThat(scratch.resolve("left")).hasContent("");
  }

  /** In a user namespace without a mapping a process has no user's number but nobody's. */
  @Test
  void whoIsNotRootIsToldWhatIsMissingAndMayAskForNoIsolation() throws Exception {
    List<String> nobody = List.of("unshare", "--user");
    assumeTrue(
        LaunchCommand.isolation().isEmpty()
            && new ProcessBuilder("unshare", "--user", "true").start().waitFor() == 0,
        "needs a host that isolates agents and gives user namespaces");
    List<String> words = site.runArguments(site.jar(), site.statement());
    try (SignetProcess run = SignetProcess.signetWithin(nobody, site.agentEnvironment(), words)) {
      assertThat(run.end()).as("%s", run.told()).isEqualTo(69);
      assertThat(run.rest()).as("nothing was started").isEmpty();
      assertThat(run.told())
          .last()
          .asString()
          .contains("only root", "uid 65534", "--isolation=none, which every token will tell");
      assertThat(run.told()).allMatch(line -> line.startsWith("signet: "));
    }
    words.add("--isolation=none");
    try (SignetProcess run =
        SignetProcess.signetWithin(nobody, site.agentEnvironment(), words).ready()) {
      assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
      run.awaitTold(line -> line.contains("host-network"), "the warning of what is missing");
    }
  }

  private static void assertRefused(List<String> words, int code, String says) throws Exception {
    try (SignetProcess run = SignetProcess.signet(site.agentEnvironment(), words)) {
      int ended = run.end();
      assertThat(ended).as("%s said %s", words, run.told()).isEqualTo(code);
      assertThat(run.rest()).as("standard output").isEmpty();
      assertThat(run.told()).as("%s", run.told()).last().asString().contains(says);
      assertThat(run.told()).as("no stack trace").allMatch(line -> line.startsWith("signet: "));
    }
  }

  private static List<LaunchEvent> events(AgentId agent) throws Exception {
    return site.host().attestor().launchRegister(Site.REGISTER).events().stream()
        .filter(event -> event.agent().equals(agent))
        .toList();
  }
}
