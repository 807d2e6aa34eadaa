// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Java started as anybody would without Signet: the control of an attack on it. What leaves no
 * trace here proves nothing by leaving none there.
 */
public final class PlainJava implements AutoCloseable {
  private final Process process;
  private final Path directory;
  private final Path errors;

  private PlainJava(Process process, Path directory, Path errors) {
    this.process = process;
    this.directory = directory;
    this.errors = errors;
  }

  /**
   * @param directory its working directory
   * @param words what follows {@code java}
   */
  public static PlainJava start(
      Path runtime, Path directory, Map<String, String> environment, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(runtime.resolve("bin/java").toString()));
    command.addAll(words);
    Path errors = Files.createTempFile("plain", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    return new PlainJava(builder.start(), directory, errors);
  }

  /** Runs to its end; gives what it printed, and the names of the files in its directory. */
  public static String run(Path directory, Map<String, String> environment, List<String> words)
      throws IOException, InterruptedException {
    try (PlainJava java = start(LaunchedAgent.RUNTIME, directory, environment, words)) {
      return java.all();
    }
  }

  public Process process() {
    return process;
  }

  public String all() throws IOException, InterruptedException {
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("java did not end");
    }
    return output + Files.readString(errors) + names(directory);
  }

  /** The names of the files in a directory, one a line. */
  public static String names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return String.join("\n", files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(errors);
  }
}
