// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other programs, run for a bounded time. */
public final class Processes {
  private Processes() {}

  /**
   * Runs a command to its end and returns its standard output.
   *
   * @throws IOException if it cannot be started, fails, or takes longer than {@code most}
   */
  public static String output(Duration most, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Thread watchdog =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                      process.destroyForcibly();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    try (InputStream out = process.getInputStream()) {
      process.getOutputStream().close();
      String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(command.getFirst() + " ended with status " + status);
      }
      return output;
    } finally {
      process.destroyForcibly();
      watchdog.join();
    }
  }

  /** Ends a process: asks it, and after a while, or when interrupted, does not ask any more. */
  public static void stop(Process process) {
    process.destroy();
    try {
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
