// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever lets simulators in is told at each start what that means. */
class SimulatorWarningIT {
  @TempDir Path directory;

  private final Logger logger = Logger.getLogger(VerifierServer.class.getName());
  private final Heard heard = new Heard();

  /** Warnings of the server's start. */
  private static final class Heard extends Handler {
    final List<String> warnings = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
        warnings.add(line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void listen() {
    logger.addHandler(heard);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(heard);
  }

  private void startWith(String configuration) throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory)) {
      verifier.extraConfig = configuration;
      verifier.start();
    }
  }

  @Test
  void saysSoAtEveryStartWhereTheyAreAllowed() throws Exception {
    for (int start = 1; start <= 2; start++) {
      startWith("allowSimulators: true");
      assertThat(heard.warnings)
          .hasSize(start)
          .last()
          .asString()
          .contains("TPM simulators are accepted", "Never in production.");
    }
  }

  @Test
  void saysNothingWhereTheyAreRefused() throws Exception {
    startWith("allowSimulators: false");
    startWith("");
    assertThat(heard.warnings).isEmpty();
  }
}
