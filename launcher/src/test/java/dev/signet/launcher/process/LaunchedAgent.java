// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A {@link TestLauncher} in a process, with its streams in the test's hands. */
public final class LaunchedAgent implements AutoCloseable {
  static final Path RUNTIME = Path.of(System.getProperty("java.home"));

  private final Process launcher;
  private final Path errors;

  public LaunchedAgent(
      Path directory,
      Path jar,
      Map<String, String> environment,
      List<String> options,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(RUNTIME.resolve("bin/java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xshare:auto");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TestLauncher.class.getName());
    command.addAll(List.of(RUNTIME.toString(), directory.toString(), jar.toString()));
    command.addAll(List.of(arguments));
    errors = Files.createTempFile(directory, "stderr", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    launcher = builder.start();
  }

  public Process process() {
    return launcher;
  }

  public BufferedReader output() {
    return launcher.inputReader(StandardCharsets.UTF_8);
  }

  /** Everything that the agent printed until its end. */
  public String all() throws IOException {
    launcher.getOutputStream().close();
    return new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  public String errors() throws IOException {
    return Files.readString(errors);
  }

  public long agentPid() throws IOException {
    String text = errors();
    int at = text.indexOf("agent=");
    return at < 0 ? -1 : Long.parseLong(text.substring(at + 6, text.indexOf('\n', at)));
  }

  public int exit() throws InterruptedException {
    if (!launcher.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the launcher did not end");
    }
    return launcher.exitValue();
  }

  @Override
  public void close() throws IOException {
    long pid = agentPid();
    if (pid > 0) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    launcher.destroyForcibly();
  }
}
