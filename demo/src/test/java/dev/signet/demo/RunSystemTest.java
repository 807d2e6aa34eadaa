// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code signet run} as a user starts it: a process, a TPM, a verifier, a tool service. */
class RunSystemTest {
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
  void streamsArgumentsAndExitCodeAreThoseOfJavaJar() throws Exception {
    List<List<String>> heard = new ArrayList<>();
    List<Integer> codes = new ArrayList<>();
    for (SignetProcess process :
        List.of(
            SignetProcess.java(site.jar(), "-x", "two words", "--json"),
            site.run("--", "-x", "two words", "--json"))) {
      try (process) {
        process.ready();
        List<String> answers = new ArrayList<>();
        answers.add(process.ask("echo füße → 足"));
        answers.add(process.ask("args"));
        process.say("complain about nothing");
        process.awaitTold("about nothing"::equals, "the agent's own line on standard error");
        process.say("exit 7");
        codes.add(process.end());
        answers.addAll(process.rest());
        heard.add(answers);
      }
    }
    assertThat(heard.get(1)).isEqualTo(heard.get(0));
    assertThat(heard.get(1)).containsExactly("füße → 足", "[-x, two words, --json]", "bye");
    assertThat(codes).containsExactly(7, 7);
  }

  @Test
  void signalReachesTheAgentAsWithJavaJar() throws Exception {
    List<Integer> codes = new ArrayList<>();
    for (SignetProcess process : List.of(SignetProcess.java(site.jar()), site.run())) {
      try (process) {
        process.ready();
        process.process().toHandle().destroy();
        codes.add(process.end());
        assertThat(process.rest()).containsExactly("bye");
      }
    }
    assertThat(codes).containsExactly(143, 143);
    assertThat(site.host().attestor().launchRegister(Site.REGISTER).events().getLast())
        .isInstanceOfSatisfying(
            LaunchEvent.Stop.class, stop -> assertThat(stop.exit()).isEqualTo(143));
  }

  @Test
  void agentSeesAnEmptyPlaceAndOnlyWhatWasAllowed() throws Exception {
    Path loaded = site.place("loaded");
    Map<String, String> environment =
        Map.of(
            "TOOL_API_KEY",
            Site.API_KEY,
            "OTHER_SECRET",
            "s",
            "JAVA_TOOL_OPTIONS",
            "-Xlog:class+load:file=" + loaded);
    try (SignetProcess run =
        SignetProcess.signet(environment, site.runArguments(site.jar(), site.statement()))) {
      run.ready();
      Path work = Path.of(run.ask("cwd"));
      try (Stream<Path> files = Files.list(work)) {
        assertThat(files).isEmpty();
      }
      assertThat(run.ask("environment"))
          .contains("TOOL_API_KEY")
          .doesNotContain("SECRET", "SPIFFE_");
      run.say("exit 0");
      assertThat(run.end()).isZero();
      assertThat(work.getParent()).as("the launch's directory").doesNotExist();
      assertThat(Files.readString(loaded))
          .contains("dev.signet.launcher.AgentLaunch ")
          .as("nobody asked for the Workload API")
          .doesNotContain("io.grpc.");
    }
  }

  @Test
  void agentRunsAsAnotherUserAndIsSignedFor() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "another user needs root");
    try (SignetProcess run = site.run("--user", "nobody", "--workload-api").ready()) {
      assertThat(run.ask("workload")).startsWith("unix:///").endsWith(" frame 4");
      assertThat(run.ask("user")).isEqualTo("nobody");
      assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
    }
  }

  @Test
  void agentSendsWhatItsStatementPermitsLessWhatTheOperatorTakesAway() throws Exception {
    String weather = "get " + site.toolUrl() + "/weather";
    try (SignetProcess run =
        site.run("--egress-only", "GET " + site.authority() + "/w*", "--route", "x=http://10.0.0.1")
            .ready()) {
      assertThat(run.ask(weather)).startsWith("200 ");
      assertThat(run.ask("get " + site.toolUrl() + "/notes"))
          .as("only the operator is against it")
          .startsWith("403 ")
          .contains("\"NOT_PERMITTED\"", "--egress-only");
      assertThat(run.ask("get http://tools.example/weather"))
          .as("not in the statement")
          .startsWith("403 ")
          .contains("\"NOT_PERMITTED\"", "signet measure");
      run.awaitTold(
          line -> line.startsWith("signet: NOT_PERMITTED: GET http://tools.example/weather"),
          "the operator is told");
      run.awaitTold(
          line -> line.startsWith("signet: warning: the route x is of no use: "), "the route");
    }
  }

  @Test
  void progressForMachinesIsOneJsonObjectALine() throws Exception {
    // An append that a reboot cut off: its repair is logged, and that must be JSON as well.
    assertThat(site.host().attestor().launchRegister(Site.REGISTER).log()).isNotNull();
    Path register = site.host().state().resolve("register-pcr" + Site.REGISTER);
    String zero = "sha256:" + "0".repeat(64);
    Files.writeString(
        register.resolve("intent.json"),
        "{\"resetCount\":999999,\"restartCount\":0,\"before\":\"%s\",\"digest\":\"%s\",\"recnum\":1,\"line\":\"AA\"}"
            .formatted(zero, zero));
    List<String> steps = new ArrayList<>();
    try (SignetProcess run = site.run("--json").ready()) {
      run.say("exit 0");
      assertThat(run.end()).isZero();
      assertThat(run.told()).anyMatch(line -> line.contains("was cut off by a reboot"));
      for (String line : run.told()) {
        JsonNode said = StrictJson.tree(line.getBytes(StandardCharsets.UTF_8), 1 << 16);
        assertThat(said.fieldNames()).toIterable().containsExactly("step", "text");
        steps.add(said.path("step").asText());
      }
    }
    steps.removeIf(step -> step.equals("warning") || step.equals("key-created"));
    assertThat(steps)
        .containsExactly(
            "copied",
            "statement-accepted",
            "recorded",
            "released",
            "attested",
            "started",
            "stopped");
  }

  @Test
  void twoAgentsOfOneHostSpeakEachForItself() throws Exception {
    List<String> second = site.runArguments(site.jar(), site.secondStatement());
    try (SignetProcess one = site.run().ready();
        SignetProcess two = SignetProcess.signet(site.agentEnvironment(), second).ready()) {
      for (int i = 0; i < 2; i++) {
        assertThat(one.ask("get " + site.toolUrl() + "/weather")).endsWith(Site.AGENT.value());
        assertThat(two.ask("get " + site.toolUrl() + "/weather")).endsWith(Site.SECOND.value());
      }
    }
  }

  @Test
  void keyAndIdentityStayOverLaunches() throws Exception {
    try (SignetProcess first = site.run().ready()) {
      first.say("exit 0");
      assertThat(first.end()).isZero();
    }
    String key = thumbprint();
    try (SignetProcess second = site.run().ready()) {
      second.awaitTold(line -> line.contains("released the request key " + key), "the same key");
      assertThat(second.told()).noneMatch(line -> line.contains("made a request key"));
    }
    assertThat(thumbprint()).isEqualTo(key);
  }

  @Test
  void agentDiesWithItsKilledLauncherAndTheNextLaunchSupersedes() throws Exception {
    long pid;
    Path place;
    try (SignetProcess killed = site.run().ready()) {
      pid = Long.parseLong(killed.ask("pid"));
      place = Path.of(killed.ask("cwd")).getParent();
      assertThat(ProcessHandle.of(pid)).isPresent();
      killed.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    Awaitility.await("the agent is gone")
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());

    try (SignetProcess next = site.run().ready()) {
      assertThat(place).as("what the killed launcher left").doesNotExist();
      assertThat(next.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
    }
    List<LaunchEvent> events = events(Site.AGENT);
    LaunchEvent cutOff = events.get(events.size() - 3);
    assertThat(cutOff).isInstanceOf(LaunchEvent.Start.class);
    assertThat(events.get(events.size() - 2)).isInstanceOf(LaunchEvent.Start.class);
    assertThat(events.getLast()).isInstanceOf(LaunchEvent.Stop.class);
    assertThat(events).as("nobody invents a stop").noneMatch(e -> stopOf(e, cutOff));
  }

  /**
   * swtpm writes its clock at an orderly shutdown only. After a power cut it is behind what the
   * verifier saw, by as much as that boot lasted, and is soon called safe all the same: until it
   * has caught up, the verifier must take the TPM for one that was rolled back.
   */
  @Test
  void launchWorksAfterThePowerWasCutOnceTheClockHasCaughtUp() throws Exception {
    site.host().reboot();
    try (SignetProcess before = site.run().ready()) {
      assertThat(before.ask("echo on")).isEqualTo("on");
      site.host().simulatedTpm().powerCut();
      before.say("exit 0");
      assertThat(before.end()).as("the stop cannot be recorded").isEqualTo(69);
      assertThat(before.told()).allMatch(line -> line.startsWith("signet: "));
    }
    site.host().simulatedTpm().start();
    Awaitility.await("a launch works again")
        .atMost(SignetProcess.PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(RunSystemTest::launchesUnlessTheClockIsBehind);
  }

  private static boolean launchesUnlessTheClockIsBehind() throws Exception {
    try (SignetProcess after = site.run()) {
      after.say("get " + site.toolUrl() + "/weather");
      after.say("exit 0");
      if (after.end() == 0) {
        assertThat(after.rest()).element(1).asString().startsWith("200 ");
        return true;
      }
      assertThat(after.end()).isEqualTo(1);
      assertThat(after.told()).last().asString().contains("refused: CLOCK_ROLLED_BACK: ");
      return false;
    }
  }

  @Test
  void hostWhoseClockIsAheadSignsWithTheVerifiersTime() throws Exception {
    for (Duration ahead : List.of(Duration.ofHours(1), Duration.ofSeconds(-40))) {
      try (SignetProcess run =
          SignetProcess.skewed(
              ahead, site.agentEnvironment(), site.runArguments(site.jar(), site.statement()))) {
        run.ready();
        assertThat(run.ask("get " + site.toolUrl() + "/weather"))
            .as("%s", ahead)
            .startsWith("200 ");
        String said =
            run.awaitTold(line -> line.contains("this host's clock differs by"), "the clock");
        Matcher seconds = Pattern.compile("differs by (-?[0-9]+) s").matcher(said);
        assertThat(seconds.find()).isTrue();
        assertThat(Long.parseLong(seconds.group(1)))
            .as("less what the verifier's answer took")
            .isBetween(-ahead.toSeconds() - 6, -ahead.toSeconds() + 1);
      }
    }
  }

  private static List<LaunchEvent> events(AgentId agent) throws Exception {
    return site.host().attestor().launchRegister(Site.REGISTER).events().stream()
        .filter(event -> event.agent().equals(agent))
        .toList();
  }

  private static boolean stopOf(LaunchEvent event, LaunchEvent start) {
    return event instanceof LaunchEvent.Stop && event.launch().equals(start.launch());
  }

  private static String thumbprint() throws Exception {
    return site.host().attestor().sealedKey(Site.AGENT).orElseThrow().publicKey().thumbprint();
  }
}
