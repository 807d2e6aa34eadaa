// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * go-spiffe, unchanged. Needs Go and its modules, so only with {@code -Dsignet.go=} and the path of
 * {@code go}.
 */
@EnabledIfSystemProperty(named = "signet.go", matches = ".+")
class GoSpiffeIT {
  private static final Path SOURCE = Path.of("src/test/go");

  @TempDir private Path directory;

  @Test
  void getsRotatesAndChecksSvidsAndSpeaksMutualTls() throws Exception {
    Path program = directory.resolve("client");
    Process build =
        new ProcessBuilder(System.getProperty("signet.go"), "build", "-o", program.toString(), ".")
            .directory(SOURCE.toFile())
            .inheritIO()
            .start();
    assertThat(build.waitFor()).isZero();
    // Rotated after two seconds. It is this process's child, and so the agent's.
    try (ServedApi served = ServedApi.of(Duration.ofSeconds(4))) {
      ProcessBuilder client = new ProcessBuilder(program.toString()).redirectErrorStream(true);
      client.environment().put("SPIFFE_ENDPOINT_SOCKET", served.endpoint());
      Process running = client.start();
      String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(running.waitFor(40, TimeUnit.SECONDS)).isTrue();
      String id = ServedApi.AGENT.value();
      assertThat(said.lines())
          .as(said)
          .containsExactly(
              "x509 " + id,
              "mtls hello",
              "refused another id",
              "rotated " + id,
              "jwt " + id + " [https://tool.example]",
              "validated " + id,
              "offline " + id,
              "done");
    }
  }
}
