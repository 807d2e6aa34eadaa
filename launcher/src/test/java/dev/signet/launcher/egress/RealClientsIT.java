// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients as they are, in processes that have what the launcher gives an agent and no more. */
class RealClientsIT {
  static final Path PROGRAMS = Path.of("src/test/clients").toAbsolutePath();

  @TempDir static Path directory;
  private static ClientRuns runs;

  @BeforeAll
  static void start() throws Exception {
    runs = new ClientRuns(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    runs.close();
  }

  @BeforeEach
  void forget() {
    runs.forget();
  }

  @Test
  void curlIsSignedForOverBothVersions() throws Exception {
    String script = PROGRAMS.resolve("curl.sh").toString();
    String[] words = runs.runs("1.1", "2");
    assertThat(runs.said(runs.surroundings.program(script, words[0], words[1], words[2], words[3])))
        .isEqualTo(ClientRuns.success("1.1", "2"));
    runs.requireSigned(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdk", "okhttp"})
  void clientOfAJvmIsSignedForOverBothVersions(String client) throws Exception {
    String[] words = runs.runs("1.1", "2");
    assertThat(runs.said(runs.surroundings.agent(client, words[0], words[1], words[2], words[3])))
        .isEqualTo(ClientRuns.success("1.1", "2"));
    runs.requireSigned(6);
  }
}
