// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A small process that kills swtpm when this JVM is gone. It waits on a pipe whose other end only
 * this JVM holds: a line means "all is well, go away", the end of the pipe means that the JVM died
 * in whatever way, SIGKILL included, where no shutdown hook runs.
 */
final class Watchdog {
  private final Process process;

  private Watchdog(Process process) {
    this.process = process;
  }

  static Watchdog over(long pid) throws IOException {
    return new Watchdog(
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "trap '' INT HUP TERM; if read -r line; then exit 0; fi; kill -KILL \"$1\"",
                "signet-tpm-watchdog",
                Long.toString(pid))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Sends the watchdog away; to be called before the pid that it watches can be given anew. */
  void dismiss() {
    try (var pipe = process.getOutputStream()) {
      pipe.write("stopped\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      process.destroyForcibly();
    }
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
