// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.cli.SignetHere;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A site built with nothing but {@code signet} commands, as the guides tell it: a simulated TPM, a
 * verifier in a process of its own, one host, one agent.
 */
class OperatorsSystemTest {
  private static final String AGENT = "spiffe://example.org/agent/billing";

  private static Path directory;
  private static Path state;
  private static String tpm;
  private static SignetProcess verifier;
  private static final Map<String, String> ENVIRONMENT = new HashMap<>();

  @BeforeAll
  static void buildByCommands() throws Exception {
    directory = Files.createTempDirectory("sgo");
    state = directory.resolve("state");
    JsonNode started = json(Map.of(), "tpm", "start", directory.resolve("t"), "--json");
    tpm = started.path("tpm").asText();

    Path v = directory.resolve("v");
    JsonNode made =
        json(
            Map.of(),
            "serve",
            "--init",
            v,
            "--issuer",
            "https://verifier.example.org",
            "--listen",
            "127.0.0.1:0",
            "--json");
    Path config = Path.of(made.path("config").asText());
    Files.writeString(
        config,
        Files.readString(config).replace("allowSimulators: false", "allowSimulators: true"));
    Path makers = Path.of(made.path("makers").asText());
    for (String certificate : List.of("makerRoot", "issuer")) {
      Path file = Path.of(started.path(certificate).asText());
      Files.copy(file, makers.resolve(certificate + ".pem"));
    }
    verifier =
        SignetProcess.signet(Map.of(), List.of("serve", "--config", config.toString(), "--json"));
    JsonNode ready = StrictJson.tree(verifier.next().getBytes(StandardCharsets.UTF_8), 1 << 16);
    assertThat(ready.path("outcome").asText()).isEqualTo("ready");
    ENVIRONMENT.put("SIGNET_VERIFIER", ready.path("url").asText());
    ENVIRONMENT.put("SIGNET_VERIFIER_PIN", ready.path("pin").asText());
    ENVIRONMENT.put("SIGNET_TOKEN_FILE", made.path("operatorToken").asText());
    ENVIRONMENT.put("SIGNET_STATE", state.toString());
    ENVIRONMENT.put("SIGNET_TPM", tpm);
  }

  @AfterAll
  static void stop() throws Exception {
    verifier.process().toHandle().destroy();
    assertThat(verifier.end()).as("SIGTERM ends the verifier: %s", verifier.told()).isEqualTo(143);
    assertThat(verifier.told()).contains("signet: stopping");
    assertThat(verifier.told()).anyMatch(line -> line.contains("TPM simulators are accepted"));
    assertThat(
            json(Map.of(), "tpm", "stop", directory.resolve("t"), "--json")
                .path("running")
                .asBoolean())
        .isTrue();
    assertThat(run("tpm", "stop", directory.resolve("t")).out()).isEqualTo("was not running\n");
    Site.delete(directory);
  }

  @Test
  void wholeStoryByCommands() throws Exception {
    doctorFindsWhatIsMissing();
    provisionTwice();
    enrolmentNeedsAdmission();
    registrationNeedsItsRightsAndShowsWhatItSays();
    agentRuns();
    revocationEndsAndReinstatementRestores();
    hostIsRemoved();
    auditTellsItAll();
  }

  private void doctorFindsWhatIsMissing() throws Exception {
    SignetHere.Ended bad = run("doctor", "--json");
    assertThat(bad.code()).as(bad.err()).isEqualTo(1);
    assertThat(checks(bad)).containsEntry("tpm", "GOOD").containsEntry("state", "BAD");
    assertThat(checks(bad)).containsEntry("hierarchies", "BAD").containsEntry("enrolment", "BAD");
    assertThat(run("doctor").out()).contains("BAD   state", "run `signet provision`");
    SignetHere.Ended unprovisioned = run("enroll", "--host", "build-7");
    assertThat(unprovisioned.code()).isEqualTo(69);
    assertThat(unprovisioned.err()).contains("signet: NOT_PROVISIONED: ");
  }

  private void provisionTwice() throws Exception {
    JsonNode first = json(ENVIRONMENT, "provision", "--json");
    assertThat(first.path("changed").asBoolean()).isTrue();
    JsonNode second = json(ENVIRONMENT, "provision", "--json");
    assertThat(second.path("changed").asBoolean()).isFalse();
    assertThat(second.path("akName")).isEqualTo(first.path("akName"));
    assertThat(run("provision").out()).startsWith("provisioned before; nothing to do\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
    assertThat(refused("provision", "--state", directory.resolve("another"), "--json"))
        .as("a provisioned TPM with another state directory")
        .isNotEmpty();
  }

  private void enrolmentNeedsAdmission() throws Exception {
    assertThat(refused("enroll", "--host", "build-7", "--json")).isEqualTo("NOT_ADMITTED");
    JsonNode hosts = json(ENVIRONMENT, "host", "list", "--json");
    assertThat(hosts.path("hosts")).isEmpty();
    JsonNode pending = hosts.path("pending").get(0);
    assertThat(pending.path("host").asText()).isEqualTo("build-7");
    String ek = pending.path("tpm").asText();
    assertThat(run("doctor").out()).as("what the operator compares").contains(ek);

    Path token = directory.resolve("join-token");
    Files.writeString(token, run("host", "join-token", "build-8").out());
    assertThat(refused("enroll", "--host", "build-7", "--join-token-file", token, "--json"))
        .as("a token for another host")
        .isEqualTo("NOT_ADMITTED");

    json(ENVIRONMENT, "host", "admit", "build-7", "--tpm", ek, "--json");
    SignetHere.Ended enrolled = run("enroll", "--host", "build-7");
    assertThat(enrolled.code()).as(enrolled.err()).isZero();
    assertThat(enrolled.out()).startsWith("enrolled  build-7 at https://verifier.example.org\n");
    assertThat(refused("enroll", "--host", "build-7", "--json")).isEqualTo("AK_EXISTS");
    assertThat(json(ENVIRONMENT, "host", "reset-key", "build-7", "--json").path("outcome").asText())
        .isEqualTo("good");
    assertThat(json(ENVIRONMENT, "enroll", "--host", "build-7", "--json").path("host").asText())
        .isEqualTo("build-7");
    assertThat(run("host", "list").out()).startsWith("admitted  build-7 ");
    SignetHere.Ended good = run("doctor", "--json");
    assertThat(checks(good)).as(good.out()).doesNotContainValue("BAD");
    assertThat(good.code()).isZero();
  }

  private void registrationNeedsItsRightsAndShowsWhatItSays() throws Exception {
    run("keys", "new", "--out", directory.resolve("ci"));
    Path signer = directory.resolve("ci.pub.pem");
    assertThat(refused("agent", "show", AGENT, "--json")).isEqualTo("NOT_FOUND");
    json(
        ENVIRONMENT,
        "agent",
        "register",
        AGENT,
        "--host",
        "build-7",
        "--signer",
        signer,
        "--waive-boot",
        "a simulator",
        "--any-launcher",
        "from source",
        "--json");
    assertThat(run("agent", "show", AGENT).out()).contains("build-7", "a simulator");
    assertThat(run("agent", "list", "--json").out()).contains(AGENT);
    json(ENVIRONMENT, "agent", "floor", AGENT, "2", "--json");
    assertThat(run("agent", "show", AGENT, "--json").out()).contains("2");

    Map<String, String> nobody = new HashMap<>(ENVIRONMENT);
    Path token = Files.writeString(directory.resolve("no-token"), "A".repeat(43));
    nobody.put("SIGNET_TOKEN_FILE", token.toString());
    SignetHere.Ended stranger = SignetHere.run(nobody, "agent", "floor", AGENT, "0", "--json");
    assertThat(stranger.code()).isEqualTo(1);
    assertThat(stranger.out()).contains("UNAUTHENTICATED");
  }

  private void agentRuns() throws Exception {
    Path jar = TestJars.agent(directory.resolve("agent.jar"));
    Path statement = directory.resolve("agent.json");
    good("measure", "--jar", jar, "--agent", AGENT, "--svn", "2", "--out", statement);
    Path signed = directory.resolve("agent.dsse");
    good("sign", "--key", directory.resolve("ci.pem"), statement, "--out", signed);
    try (SignetProcess agent = SignetProcess.signet(ENVIRONMENT, runWords(jar, signed))) {
      agent.ready();
      assertThat(agent.ask("echo hello")).isEqualTo("hello");
      agent.say("exit 3");
      assertThat(agent.end()).isEqualTo(3);
      assertThat(agent.told()).last().asString().contains("ended with code 3");
    }
  }

  private void revocationEndsAndReinstatementRestores() throws Exception {
    List<String> words = runWords(directory.resolve("agent.jar"), directory.resolve("agent.dsse"));
    json(ENVIRONMENT, "revoke", "host", "build-7", "--reason", "stolen", "--json");
    try (SignetProcess agent = SignetProcess.signet(ENVIRONMENT, words)) {
      assertThat(agent.end()).isEqualTo(1);
      assertThat(agent.told()).last().asString().contains("refused: REVOKED");
    }
    assertThat(
            json(ENVIRONMENT, "reinstate", "host", "build-7", "--reason", "found", "--json")
                .path("outcome")
                .asText())
        .isEqualTo("good");
    try (SignetProcess agent = SignetProcess.signet(ENVIRONMENT, words)) {
      agent.ready();
    }
    SignetHere.Ended nonsense = run("revoke", "planet", "mars", "--reason", "r");
    assertThat(nonsense.code()).isEqualTo(64);
  }

  private void hostIsRemoved() throws Exception {
    json(ENVIRONMENT, "host", "remove", "build-7", "--json");
    List<String> words = runWords(directory.resolve("agent.jar"), directory.resolve("agent.dsse"));
    try (SignetProcess agent = SignetProcess.signet(ENVIRONMENT, words)) {
      assertThat(agent.end()).isEqualTo(1);
      assertThat(agent.told()).last().asString().contains("refused: NOT_ADMITTED");
    }
    json(ENVIRONMENT, "agent", "remove", AGENT, "--json");
    assertThat(run("agent", "list", "--json").out()).doesNotContain(AGENT);
  }

  private void auditTellsItAll() throws Exception {
    long last = 0;
    StringBuilder acts = new StringBuilder();
    for (String line : run("audit", "--json").out().lines().toList()) {
      JsonNode decision = StrictJson.tree(line.getBytes(StandardCharsets.UTF_8), 1 << 16);
      assertThat(decision.path("id").asLong()).isEqualTo(last + 1);
      last = decision.path("id").asLong();
      acts.append(decision.path("act").asText() + ":" + decision.path("outcome").asText() + " ");
    }
    assertThat(acts)
        .contains("release:OK attest:OK ")
        .contains("release:REVOKED ")
        .contains("remove-host:OK unregister:OK ");
    assertThat(run("audit", "--after", last).out()).isEmpty();
    assertThat(run("audit", "--agent", AGENT).out().lines())
        .isNotEmpty()
        .allMatch(line -> line.contains("agent=" + AGENT));
  }

  private static List<String> runWords(Path jar, Path statement) {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(LaunchCommand.isolation());
    words.addAll(List.of("--signer", directory.resolve("ci.pub.pem").toString()));
    words.addAll(List.of("--jar", jar.toString(), "--statement", statement.toString()));
    return words;
  }

  private static SignetHere.Ended run(Object... words) {
    return SignetHere.run(ENVIRONMENT, words);
  }

  private static void good(Object... words) {
    SignetHere.Ended ended = run(words);
    assertThat(ended.code()).as("%s: %s", List.of(words), ended.err()).isZero();
  }

  private static JsonNode json(Map<String, String> environment, Object... words) throws Exception {
    SignetHere.Ended ended = SignetHere.run(environment, words);
    assertThat(ended.code()).as("%s: %s %s", List.of(words), ended.out(), ended.err()).isZero();
    assertThat(ended.out()).hasLineCount(1);
    return ended.json();
  }

  /** The reason's name of a refusal. */
  private static String refused(Object... words) throws Exception {
    SignetHere.Ended ended = run(words);
    assertThat(ended.code()).as("%s: %s %s", List.of(words), ended.out(), ended.err()).isPositive();
    return ended.json().path("findings").get(0).path("reason").asText();
  }

  private static Map<String, String> checks(SignetHere.Ended doctor) throws Exception {
    Map<String, String> states = new HashMap<>();
    for (JsonNode check : doctor.json().path("checks")) {
      states.put(check.path("check").asText(), check.path("state").asText());
    }
    return states;
  }
}
