// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import dev.signet.bench.Processes;
import dev.signet.bench.launch.ArrivalServer.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An agent that has made its first request and now waits. */
final class StartedAgent implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path said;
  private final double millis;

  private StartedAgent(Process process, Path said, double millis) {
    this.process = process;
    this.said = said;
    this.millis = millis;
  }

  /**
   * Starts a command and waits for its request.
   *
   * @param signed whether the request must be signed, or must not
   */
  static StartedAgent start(List<String> command, boolean signed, ArrivalServer server)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile("signet-bench-agent", ".log");
    long start = System.nanoTime();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile());
    // What the person who measures has set is about another host.
    builder.environment().keySet().removeIf(name -> name.startsWith("SIGNET_"));
    Process process = builder.start();
    Arrival arrival = null;
    for (int second = 0;
        second < PATIENCE_SECONDS && arrival == null && process.isAlive();
        second++) {
      arrival = server.arrivals().poll(1, TimeUnit.SECONDS);
    }
    StartedAgent agent =
        new StartedAgent(process, said, arrival == null ? 0 : (arrival.nanos() - start) / 1e6);
    if (arrival == null || arrival.signed() != signed) {
      String words = Files.readString(said);
      agent.close();
      throw new IOException(
          (arrival == null ? "no request came; " : "a request with signed=" + !signed + "; ")
              + words);
    }
    return agent;
  }

  /** From the start of the command to the arrival of the request. */
  double millis() {
    return millis;
  }

  long pid() {
    return process.pid();
  }

  /** Ends its input, upon which it should end by itself, in good order. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Processes.stop(process);
    Files.delete(said);
  }
}
