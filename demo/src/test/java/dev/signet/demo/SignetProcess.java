// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.cli.SignetHere;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A process with its streams in hand: {@code signet}, or an agent as {@code java -jar} runs it. */
final class SignetProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String END = "\0end";

  private final Process process;
  private final BufferedWriter in;
  private final BlockingQueue<String> out = new LinkedBlockingQueue<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  private SignetProcess(Process process) {
    this.process = process;
    this.in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.readers =
        List.of(
            Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), out)),
            Thread.ofVirtual().start(() -> read(process.errorReader(StandardCharsets.UTF_8), err)));
  }

  /** {@code signet} with these arguments, as it is delivered. */
  static SignetProcess signet(Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(environment, List.of(), program(arguments), arguments);
  }

  /** Hosts have the launcher's JAR; what runs elsewhere is not in it. */
  private static List<String> program(List<String> arguments) throws IOException {
    return arguments.getFirst().equals("run")
        ? TrainedLauncher.words()
        : List.of("-cp", System.getProperty("java.class.path"), "dev.signet.cli.Signet");
  }

  /** {@code signet} whose clock is ahead. */
  static SignetProcess skewed(
      Duration ahead, Map<String, String> environment, List<String> arguments) throws IOException {
    return start(
        environment,
        List.of(),
        List.of(
            "-D" + SignetHere.SKEW + "=" + ahead.toSeconds(),
            "-cp",
            System.getProperty("java.class.path"),
            SignetHere.class.getName()),
        arguments);
  }

  /** {@code signet} started by another program, such as unshare. */
  static SignetProcess signetWithin(
      List<String> wrapper, Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(environment, wrapper, program(arguments), arguments);
  }

  /** {@code java -jar}. */
  static SignetProcess java(Path jar, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(javaProgram(), "-jar", jar.toString()));
    command.addAll(List.of(arguments));
    return new SignetProcess(new ProcessBuilder(command).start());
  }

  private static SignetProcess start(
      Map<String, String> environment,
      List<String> wrapper,
      List<String> program,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(javaProgram());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(program);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return new SignetProcess(builder.start());
  }

  private static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  Process process() {
    return process;
  }

  /** Sends one line. */
  void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  /** Sends one line and takes one. */
  String ask(String line) throws Exception {
    say(line);
    return next();
  }

  /** The next line on standard output. */
  String next() throws Exception {
    String line = out.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(line).as("a line on standard output; standard error was %s", err).isNotNull();
    assertThat(line).as("standard output ended; standard error was %s", err).isNotEqualTo(END);
    return line;
  }

  /** The agent has started. */
  SignetProcess ready() throws Exception {
    assertThat(next()).isEqualTo("ready");
    return this;
  }

  /** Standard error so far. */
  List<String> told() {
    return err.stream().filter(line -> !line.equals(END)).toList();
  }

  /** Waits for a line on standard error. */
  String awaitTold(Predicate<String> line, String what) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .conditionEvaluationListener(null)
        .untilAsserted(() -> assertThat(told()).as(what).anyMatch(line));
    return told().stream().filter(line).findFirst().orElseThrow();
  }

  /** Asks again and again until an answer begins so. */
  String awaitAnswer(String question, String beginning) {
    return Awaitility.await(question + " -> " + beginning)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> ask(question), answer -> answer.startsWith(beginning));
  }

  /** Waits for the end and gives the exit code. */
  int end() throws Exception {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%s ends; it said %s", process.info().commandLine().orElse("it"), err)
        .isTrue();
    for (Thread reader : readers) {
      reader.join(PATIENCE);
    }
    return process.exitValue();
  }

  /** What is left on standard output after the end. */
  List<String> rest() {
    List<String> lines = new ArrayList<>();
    out.drainTo(lines);
    lines.remove(END);
    return lines;
  }

  /** Ends the standard input, upon which agents end, and kills what does not. */
  @Override
  public void close() throws IOException {
    try (in) {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended, and took the pipe with it.
      process.destroyForcibly();
    }
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void read(BufferedReader from, Collection<String> to) {
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
