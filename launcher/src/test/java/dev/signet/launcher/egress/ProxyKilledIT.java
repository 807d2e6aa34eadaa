// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyKilledIT {
  private static final int AGENTS = 20;

  @TempDir Path directory;

  @Test
  void noUnsignedRequestLeavesAProxyThatIsKilledAndNoSecretIsSaid() throws Exception {
    Path said = directory.resolve("said.txt");
    Process proxy =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ProxyProcess.class.getName())
            .redirectError(said.toFile())
            .start();
    try (TestUpstream upstream = TestUpstream.http();
        ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = Integer.parseInt(proxy.inputReader(StandardCharsets.US_ASCII).readLine());
      String request =
          "POST "
              + upstream.uri("/work")
              + " HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n"
              + "x".repeat(20_000);
      List<Future<String>> ends = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        ends.add(agents.submit(() -> untilItFails(port, request)));
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> upstream.received().size() > 5 * AGENTS);
      proxy.destroyForcibly().waitFor();
      for (Future<String> end : ends) {
        assertThat(end.get()).doesNotContain(TestKey.TOKEN);
      }
      assertThat(upstream.received())
          .allSatisfy(
              r -> {
                assertThat(r.fieldValues("signature")).hasSize(1);
                assertThat(r.fieldValues("signature-input")).hasSize(1);
                assertThat(r.fieldValues("workload-identity-token")).containsExactly(TestKey.TOKEN);
                assertThat(r.body()).hasSize(20_000);
              })
          .extracting(ReceivedRequest::nonce)
          .doesNotHaveDuplicates();
      assertThat(Files.readString(said)).doesNotContain(TestKey.TOKEN);
    } finally {
      proxy.destroyForcibly();
    }
  }

  /** What an agent saw last. */
  private static String untilItFails(int port, String request) {
    try (RawClient client = new RawClient(port)) {
      while (true) {
        client.send(request).answer();
      }
    } catch (IOException e) {
      return e.toString();
    }
  }
}
