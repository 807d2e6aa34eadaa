// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A {@link TestContainerLauncher} in a process, with its streams in the test's hands. */
final class StartedContainer implements AutoCloseable {
  private final Process launcher;
  private final BufferedReader output;
  private final Path errors;

  /** A property of the launcher. */
  record Option(String property) {
    static Option user(String words) {
      return new Option("-Dagent.user=" + words);
    }

    static Option port(int port) {
      return new Option("-Degress.port=" + port);
    }

    static Option hostNetwork() {
      return new Option("-Dhost.network=true");
    }

    static Option unlimited() {
      return new Option("-Dunlimited=true");
    }
  }

  StartedContainer(
      Path directory, Path parent, TestImage image, List<Option> options, String... arguments)
      throws IOException {
    // Whoever runs the tests may ignore some signals (nohup does), and that is inherited.
    this(directory, parent, image, List.of("env", "--default-signal"), options, arguments);
  }

  /**
   * @param wrapper words before the launcher, which become it
   */
  StartedContainer(
      Path directory,
      Path parent,
      TestImage image,
      List<String> wrapper,
      List<Option> options,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    options.forEach(option -> command.add(option.property()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TestContainerLauncher.class.getName());
    command.addAll(
        List.of(parent.toString(), image.layout().toString(), image.manifest().toString()));
    command.addAll(List.of(arguments));
    errors = Files.createTempFile(directory, "stderr", ".txt");
    launcher = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    output = launcher.inputReader(StandardCharsets.UTF_8);
  }

  Process process() {
    return launcher;
  }

  BufferedReader output() {
    return output;
  }

  /** Everything more that the agent prints until its end. */
  String all() throws IOException {
    launcher.getOutputStream().close();
    StringBuilder all = new StringBuilder();
    for (int c = output.read(); c >= 0; c = output.read()) {
      all.append((char) c);
    }
    return all.toString();
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Its name; empty if it came to none. */
  Optional<String> launch() throws IOException {
    Matcher name = Pattern.compile("launch=(\\S+)\n").matcher(errors());
    return name.find() ? Optional.of(name.group(1)) : Optional.empty();
  }

  /** The agent's process, once its signals are forwarded. */
  long awaitAgent() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              Matcher agent = Pattern.compile("agent=(\\d+)\n(?s).*forwarding").matcher(errors());
              return agent.find() ? Long.parseLong(agent.group(1)) : -1;
            },
            pid -> pid > 0);
  }

  int exit() throws InterruptedException, IOException {
    if (!launcher.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the launcher did not end: " + errors());
    }
    return launcher.exitValue();
  }

  @Override
  public void close() throws IOException {
    launcher.destroyForcibly();
  }
}
