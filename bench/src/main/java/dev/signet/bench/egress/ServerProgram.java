// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Directories;
import dev.signet.bench.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Somebody else's server, in a directory of its own that is deleted with it. */
final class ServerProgram implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(30);

  private final String name;
  private final Path directory;
  private final Path output;
  private final Process process;

  private ServerProgram(String name, Path directory, Path output, Process process) {
    this.name = name;
    this.directory = directory;
    this.output = output;
    this.process = process;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param directory where its files are; deleted at the end, also if it does not start
   * @param port one on which it will listen
   * @throws IOException if it ends, or does not listen within half a minute
   */
  static ServerProgram start(String name, Path directory, int port, List<String> command)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      Directories.delete(directory);
      throw e;
    }
    ServerProgram program = new ServerProgram(name, directory, output, process);
    try {
      program.awaitListening(port);
    } catch (IOException | InterruptedException e) {
      program.close();
      throw e;
    }
    return program;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  private void awaitListening(int port) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new IOException(name + " does not listen: " + Files.readString(output), e);
        }
      }
      process.waitFor(Duration.ofMillis(20));
    }
  }

  @Override
  public void close() throws IOException {
    Processes.stop(process);
    Directories.delete(directory);
  }
}
