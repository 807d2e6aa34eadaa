// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code signet demo --json}, played once. */
@Isolated("looks for threads and processes that were left")
class DemoSystemTest {
  private static final List<JsonNode> LINES = new ArrayList<>();
  private static final Set<ProcessHandle> SIMULATORS = new HashSet<>();
  private static final Set<Path> DIRECTORIES = new HashSet<>();
  private static Set<Thread> threadsBefore;
  private static boolean asExpected;

  @BeforeAll
  static void play() throws Exception {
    threadsBefore = lasting();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    OutputStream watched =
        new OutputStream() {
          @Override
          public void write(int b) {
            if (b == '\n' && SIMULATORS.isEmpty()) {
              noteSimulators();
            }
            told.write(b);
          }
        };
    asExpected = Demo.play(new PrintStream(watched), true);
    for (String line : told.toString(StandardCharsets.UTF_8).lines().toList()) {
      LINES.add(StrictJson.tree(line.getBytes(StandardCharsets.UTF_8), 1 << 16));
    }
  }

  @Test
  void everySceneComesAsExpectedWithItsReason() {
    assertThat(LINES.subList(0, LINES.size() - 1))
        .extracting(line -> line.path("scene").asText() + " " + line.path("reason").asText())
        .containsExactly(
            "good-agent ACCEPTED",
            "stolen-api-key UNSIGNED",
            "replayed-request REPLAYED",
            "other-path BAD_SIGNATURE",
            "other-body BODY_MISMATCH",
            "stolen-token UNKNOWN_KEY",
            "other-host NOT_PERMITTED",
            "approval-twice OTHER_SESSION",
            "revocation REVOKED",
            "key-never-held ACCEPTED",
            "agent-robbed invalid_api_key",
            "tampered-jar MEASUREMENT_MISMATCH",
            "launcher-bypassed MEASUREMENT_MISMATCH",
            "tpm-keeps-key NOT_THE_APPROVAL_KEY",
            "sealed-key-elsewhere OTHER_KEY",
            "unknown-maker UNTRUSTED_TPM",
            "not-admitted NOT_ADMITTED",
            "older-build ROLLED_BACK",
            "reboot ACCEPTED");
    assertThat(asExpected).isTrue();
  }

  @Test
  void linesHaveTheDocumentedForm() {
    for (JsonNode line : LINES.subList(0, LINES.size() - 1)) {
      assertThat(line.fieldNames())
          .toIterable()
          .containsExactly("scene", "expected", "outcome", "reason", "ms");
      boolean accepted = line.path("reason").asText().equals("ACCEPTED");
      assertThat(line.path("outcome").asText()).isEqualTo(accepted ? "accepted" : "refused");
      assertThat(line.path("expected").asText()).isEqualTo(line.path("reason").asText());
      assertThat(line.path("ms").isIntegralNumber()).isTrue();
    }
    assertThat(LINES.getLast().toString())
        .isEqualTo("{\"summary\":{\"scenes\":19,\"asExpected\":19}}");
  }

  @Test
  void nothingIsLeftRunningOrOnDisk() {
    assertThat(SIMULATORS).as("the demo's simulators were seen").hasSizeGreaterThanOrEqualTo(4);
    assertThat(DIRECTORIES).isNotEmpty().allSatisfy(path -> assertThat(path).doesNotExist());
    assertThat(ProcessHandle.current().descendants().filter(DemoSystemTest::isSimulator)).isEmpty();
    assertThat(SIMULATORS).noneMatch(ProcessHandle::isAlive);
    Awaitility.await("threads that would keep the JVM alive end")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat(lasting()).allMatch(thread -> threadsBefore.contains(thread)));
  }

  private static void noteSimulators() {
    ProcessHandle.current()
        .descendants()
        .filter(DemoSystemTest::isSimulator)
        .forEach(
            simulator -> {
              SIMULATORS.add(simulator);
              for (String argument : simulator.info().arguments().orElse(new String[0])) {
                if (argument.startsWith("file=") && argument.contains("/sgn")) {
                  DIRECTORIES.add(Path.of(argument.substring(5)).getParent());
                }
              }
            });
    assertThat(DIRECTORIES).allMatch(Files::exists);
  }

  private static boolean isSimulator(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("/swtpm");
  }

  private static Set<Thread> lasting() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.isDaemon())
        .collect(Collectors.toSet());
  }
}
