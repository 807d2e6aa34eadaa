// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code signet run} in a process of its own, as a user starts it, with its streams in hand. */
final class AgentRun implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 180;
  private static final String END = "\0end";

  private final Process process;
  private final BufferedWriter in;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Thread teller;

  private AgentRun(Process process) {
    this.process = process;
    this.in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), answers));
    this.teller =
        Thread.ofVirtual().start(() -> read(process.errorReader(StandardCharsets.UTF_8), said));
  }

  /** Starts {@code jar} on {@code host}; the API key is in the agent's environment. */
  static AgentRun start(World world, DemoHost host, Path signer, Path statement, Path jar)
      throws IOException {
    return start(LaunchCommand.begin(), world, host, signer, statement, jar);
  }

  static AgentRun start(
      List<String> launcher, World world, DemoHost host, Path signer, Path statement, Path jar)
      throws IOException {
    return start(launcher, world, host, signer, statement, jar, world.toolUrl());
  }

  /**
   * @param url of the service that the agent calls
   */
  static AgentRun start(
      List<String> launcher,
      World world,
      DemoHost host,
      Path signer,
      Path statement,
      Path jar,
      String url)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(LaunchCommand.isolation());
    command.addAll(List.of("--state", host.state().toString()));
    command.addAll(List.of("--signer", signer.toString(), "--statement", statement.toString()));
    command.addAll(List.of("--jar", jar.toString(), "--env", "TOOL_API_KEY", "--"));
    command.add(url);
    ProcessBuilder builder = new ProcessBuilder(command);
    // What the person who looks at the demo has set is about another host.
    builder.environment().keySet().removeIf(name -> name.startsWith("SIGNET_"));
    builder.environment().put("TOOL_API_KEY", World.API_KEY);
    return new AgentRun(builder.start());
  }

  /** Waits for the agent to say that it is ready; false if it ended instead. */
  boolean ready() throws IOException, InterruptedException {
    return "ready".equals(next());
  }

  /** Gives the agent one line and takes its answer, for example {@code 200 sunny}. */
  String ask(String line) throws IOException, InterruptedException {
    in.write(line + "\n");
    in.flush();
    return next();
  }

  /** What somebody gets who takes the agent over: its environment, arguments and files. */
  List<byte[]> belongings() throws IOException {
    List<byte[]> all = new ArrayList<>();
    for (ProcessHandle agent : process.descendants().toList()) {
      Path proc = Path.of("/proc", Long.toString(agent.pid()));
      all.add(Files.readAllBytes(proc.resolve("environ")));
      all.add(Files.readAllBytes(proc.resolve("cmdline")));
      try (Stream<Path> files = Files.walk(proc.resolve("cwd").toRealPath().getParent())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          all.add(Files.readAllBytes(file));
        }
      }
    }
    return all;
  }

  /** What the launcher told so far. */
  List<String> said() {
    return List.copyOf(said);
  }

  /** Waits for the end; the exit code. */
  int waitFor() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    int code = process.waitFor();
    teller.join();
    return code;
  }

  /** Ends the agent's standard input, upon which it ends by itself. */
  @Override
  public void close() throws IOException {
    in.close();
    try {
      waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String next() throws IOException, InterruptedException {
    String line = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new IOException("the agent did not answer; the launcher said " + said);
    }
    return line;
  }

  private static void read(BufferedReader from, java.util.Collection<String> to) {
    try (from) {
      for (String line = from.readLine(); line != null; line = from.readLine()) {
        to.add(line);
      }
    } catch (IOException e) {
      // The process is gone, and with it what it would have said.
      to.add(END);
      return;
    }
    to.add(END);
  }
}
