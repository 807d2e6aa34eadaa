// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launcher that is killed while its agent's requests are on their way. */
class LauncherKilledIT {
  private static final String SECRET = "sk-killed-0123456789-0123456789a";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void takesTheAgentWithItSendsNothingUnsignedAndSaysNoSecret() throws Exception {
    LaunchAuthority ofService = TestTls.authority();
    Path roots = TestTls.pem(ofService, directory.resolve("roots.pem"));
    CountDownLatch killed = new CountDownLatch(1);
    AtomicInteger held = new AtomicInteger();
    try (TestUpstream service =
        TestUpstream.https(TestTls.server(ofService.leaf("localhost", Instant.now())))) {
      service.on(
          "/work",
          exchange -> {
            if (service.received().size() < 5 * BusyAgent.THREADS) {
              service.answer(exchange, 200, "text/plain", "done");
            } else {
              service.record(exchange);
              held.incrementAndGet();
              hold(killed);
            }
          });
      String host = "localhost:" + service.port();
      Path said = directory.resolve("said.txt");
      Process launcher = launcher(roots, host, said);
      ProcessHandle agent = null;
      try {
        Awaitility.await("the agent has started").atMost(PATIENCE).until(() -> agentOf(said) > 0);
        agent = ProcessHandle.of(agentOf(said)).orElseThrow();
        Awaitility.await("every thread of the agent has a request on its way")
            .atMost(PATIENCE)
            .until(() -> held.get() >= BusyAgent.THREADS);
        launcher.destroyForcibly().waitFor();
        agent.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(Files.readString(said)).doesNotContain(SECRET, TestKey.TOKEN);
      } finally {
        killed.countDown();
        launcher.destroyForcibly();
        if (agent != null) {
          agent.destroyForcibly();
        }
      }
      assertThat(service.received())
          .allSatisfy(
              r -> {
                assertThat(r.fieldValues("signature")).hasSize(1);
                assertThat(r.fieldValues("signature-input").getFirst()).contains("authorization");
                assertThat(r.fieldValues("workload-identity-token")).containsExactly(TestKey.TOKEN);
                assertThat(r.fieldValues("authorization")).containsExactly("Bearer " + SECRET);
                assertThat(r.body()).hasSize(BusyAgent.BODY);
              })
          .extracting(ReceivedRequest::nonce)
          .doesNotHaveDuplicates();
    }
  }

  /** Its process, or 0 if the line is not all there. */
  private static long agentOf(Path said) throws IOException {
    Matcher line = Pattern.compile("agent=([0-9]+)\\n").matcher(Files.readString(said));
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  private Process launcher(Path roots, String host, Path said) throws Exception {
    Process launcher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LauncherProcess.class.getName(),
                directory.toString(),
                roots.toString(),
                host,
                "https://" + host + "/work")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    launcher.getOutputStream().write(SECRET.getBytes(StandardCharsets.US_ASCII));
    launcher.getOutputStream().flush();
    return launcher;
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
