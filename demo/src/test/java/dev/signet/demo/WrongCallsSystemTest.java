// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.cli.SignetHere;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that cannot work end with 64 or 69 and one line, never with a fault of Signet's. */
class WrongCallsSystemTest {
  private static final String PIN = "sha256:" + "0".repeat(64);

  @TempDir Path directory;
  private Path token;

  @BeforeEach
  void writeToken() throws Exception {
    token = Files.writeString(directory.resolve("token"), "A".repeat(43) + "\n");
  }

  @Test
  void operatorsCommandsNameTheVerifierThatTheyCannotReach() {
    for (List<String> command : operatorsCommands()) {
      SignetHere.Ended ended = SignetHere.run(environment("https://127.0.0.1:1"), words(command));
      assertThat(ended.code()).as("%s: %s", command, ended.err()).isEqualTo(69);
      assertThat(ended.err())
          .startsWith("signet: the verifier at https://127.0.0.1:1 cannot be reached")
          .hasLineCount(1);
      assertThat(ended.out()).isEmpty();
    }
  }

  @Test
  void operatorsCommandsGiveTheirFailureAsJson() throws Exception {
    for (List<String> command : operatorsCommands()) {
      List<String> words = new ArrayList<>(command);
      words.add("--json");
      SignetHere.Ended ended = SignetHere.run(environment("https://127.0.0.1:1"), words(words));
      assertThat(ended.json().path("exit").asInt()).as("%s", command).isEqualTo(69);
      assertThat(ended.json().path("outcome").asText()).isEqualTo("unavailable");
    }
  }

  @Test
  void verifierWithoutTlsOrNameIsAWrongCall() throws Exception {
    for (String url :
        List.of("http://127.0.0.1:1", "verifier", "https://h/path", "https://", "::")) {
      assertUsage(environment(url), "https://host:port", "host", "list");
      assertUsage(
          environment(url), "https://host:port", "enroll", "--host", "h", "--state", directory);
    }
  }

  @Test
  void verifierWithoutPinIsAWrongCall() {
    Map<String, String> environment = new HashMap<>(environment("https://127.0.0.1:1"));
    environment.remove("SIGNET_VERIFIER_PIN");
    assertUsage(environment, "--verifier-pin", "host", "list");
    environment.put("SIGNET_VERIFIER_PIN", "sha256:12");
    assertUsage(environment, "--verifier-pin", "host", "list");
  }

  @Test
  void credentialIsNeverRepeatedInAMessage() throws Exception {
    Files.writeString(token, "top-secret-credential\nsecond line\n");
    SignetHere.Ended ended = SignetHere.run(environment("https://127.0.0.1:1"), "host", "list");
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains(token.toString()).doesNotContain("top-secret");
    Files.writeString(token, "");
    assertUsage(environment("https://127.0.0.1:1"), token.toString(), "host", "list");
    Files.write(token, new byte[] {(byte) 0xc3, 0x28});
    assertUsage(environment("https://127.0.0.1:1"), token.toString(), "host", "list");
    Files.delete(token);
    assertUsage(environment("https://127.0.0.1:1"), token.toString(), "host", "list");
  }

  @Test
  void joinTokenFileThatHoldsNoneIsNamed() throws Exception {
    Map<String, String> environment = environment("https://127.0.0.1:1");
    for (byte[] content : List.of(new byte[100_000], new byte[0], new byte[] {(byte) 0xff, 7})) {
      Files.write(token, content);
      assertUsage(
          environment,
          token.toString(),
          "enroll",
          "--host",
          "h",
          "--state",
          directory,
          "--join-token-file",
          token);
    }
  }

  @Test
  void numbersOutOfRangeAreWrongCalls() {
    Map<String, String> environment = environment("https://127.0.0.1:1");
    for (int minutes : new int[] {Integer.MAX_VALUE, 0, -5}) {
      assertUsage(
          environment, "--valid-minutes", "host", "join-token", "h", "--valid-minutes=" + minutes);
    }
  }

  @Test
  void tpmThatCannotBeThereIsAWrongCall() {
    assertUsage(Map.of(), "107", "tpm", "start", directory.resolve("x".repeat(120)));
    assertUsage(Map.of(), "107", "tpm", "stop", directory.resolve("x".repeat(120)));
    assertUsage(Map.of(), "swtpm:unix:/PATH", "provision", "--tpm", "usb:1", "--state", directory);
  }

  @Test
  void stoppingATpmThatIsNotThereSaysSo() throws Exception {
    assertThat(SignetHere.run(Map.of(), "tpm", "stop", directory).out())
        .isEqualTo("was not running\n");
    SignetHere.Ended json = SignetHere.run(Map.of(), "tpm", "stop", directory, "--json");
    assertThat(json.json().path("running").isBoolean()).isTrue();
    assertThat(json.json().path("running").asBoolean()).isFalse();
  }

  @Test
  void doctorReportsADamagedEnrolmentAmongTheRest() throws Exception {
    Files.writeString(directory.resolve("enrollment.json"), "{\"version\":1");
    SignetHere.Ended ended = SignetHere.run(Map.of(), "doctor", "--json", "--state", directory);
    assertThat(ended.code()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out()).contains("\"check\":\"enrolment\"").contains("damaged");
  }

  @Test
  void verifierIsInitialisedOnceAndOnlyWithAPlaceToListen() throws Exception {
    Path made = directory.resolve("v");
    for (String listen : List.of("127.0.0.1", ":8443", "127.0.0.1:99999", "127.0.0.1:x")) {
      assertUsage(Map.of(), "listen", "serve", "--init", made, "--listen", listen);
    }
    assertUsage(Map.of(), "--config", "serve");
    assertUsage(Map.of(), "there is none", "serve", "--config", directory.resolve("no.yaml"));
    assertThat(SignetHere.run(Map.of(), "serve", "--init", made).code()).isZero();
    assertUsage(Map.of(), "empty directory", "serve", "--init", made);
    Path config = made.resolve("signet-verifier.yaml");
    Files.writeString(config, Files.readString(config).replace("makers: makers", "maker: makers"));
    SignetHere.Ended wrong = SignetHere.run(Map.of(), "serve", "--config", config);
    assertThat(wrong.code()).isEqualTo(64);
    assertThat(wrong.err()).contains("signet-verifier.yaml:11: maker: unknown key").hasLineCount(1);
  }

  private List<List<String>> operatorsCommands() {
    String agent = "spiffe://example.org/agent/a";
    return List.of(
        List.of("host", "list"),
        List.of("host", "admit", "h", "--tpm", PIN),
        List.of("host", "show", "h"),
        List.of("host", "remove", "h"),
        List.of("host", "reset-key", "h"),
        List.of("host", "join-token", "h"),
        List.of("agent", "show", agent),
        List.of("agent", "list"),
        List.of("agent", "remove", agent),
        List.of("agent", "floor", agent, "3"),
        List.of("revoke", "agent", agent, "--reason", "r"),
        List.of("reinstate", "agent", agent, "--reason", "r"),
        List.of("audit"));
  }

  private Map<String, String> environment(String verifier) {
    return Map.of(
        "SIGNET_VERIFIER", verifier,
        "SIGNET_VERIFIER_PIN", PIN,
        "SIGNET_TOKEN_FILE", token.toString());
  }

  private static Object[] words(List<String> command) {
    return command.toArray();
  }

  private static void assertUsage(Map<String, String> environment, String says, Object... command) {
    SignetHere.Ended ended = SignetHere.run(environment, command);
    assertThat(ended.code()).as("%s: %s", List.of(command), ended.err()).isEqualTo(64);
    assertThat(ended.err()).startsWith("signet: ").contains(says);
    assertThat(ended.out()).isEmpty();
  }
}
