// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of Signet in a JVM of its own, started with the options of the start script. It says one
 * line when it is ready.
 */
public final class JavaProcess implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "-Dcom.amazon.corretto.crypto.provider.registerEdKeyFactory=true");

  private final Process process;
  private final BufferedReader output;
  private final String firstLine;

  private JavaProcess(Process process) throws IOException {
    this.process = process;
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    firstLine = output.readLine();
    if (firstLine == null) {
      Processes.stop(process);
      throw new IOException("a JVM ended before it was ready");
    }
  }

  /** Starts a class of our own class path and waits for its first line. */
  public static JavaProcess start(Class<?> main, String... args) throws IOException {
    List<String> command = command(main.getName());
    command.addAll(List.of(args));
    return new JavaProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The command that runs a class of our own class path, to be added to. */
  public static List<String> command(String main) {
    List<String> command = begin();
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    return command;
  }

  /**
   * The command that runs the launcher's JAR, the main class and more to be added.
   *
   * @param cache its ahead-of-time cache; need not exist
   */
  public static List<String> launcherCommand(Path jar, Path cache) {
    List<String> command = begin();
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
    command.addAll(List.of("-cp", jar.toString()));
    return command;
  }

  private static List<String> begin() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    return command;
  }

  /** What it said when it was ready. */
  public String firstLine() {
    return firstLine;
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Resident memory of a process, in MiB. */
  public static double residentMebibytes(long pid) throws IOException {
    return residentIn(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
  }

  static double residentIn(String status) throws IOException {
    for (String line : status.lines().toList()) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("expected a line VmRSS in a process's status");
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    Processes.stop(process);
    output.close();
  }
}
