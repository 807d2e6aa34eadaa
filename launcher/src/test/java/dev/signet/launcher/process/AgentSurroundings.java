// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts programs with exactly what the launcher gives to an agent, taken from a launch's plan. */
public final class AgentSurroundings implements AutoCloseable {
  private final LaunchDirectory directory;
  private final JarFiles files;
  private final JarLaunch launch;

  private AgentSurroundings(LaunchDirectory directory, JarFiles files, JarLaunch launch) {
    this.directory = directory;
    this.files = files;
    this.launch = launch;
  }

  /**
   * Plans a launch.
   *
   * @param arguments the agent's own, to which others can be added
   */
  public static AgentSurroundings of(
      Path parent,
      Path jar,
      List<Path> classPath,
      String mainClass,
      List<String> arguments,
      InetSocketAddress proxy,
      TrustFiles trust)
      throws IOException {
    LaunchDirectory directory = LaunchDirectory.create(parent, Optional.empty());
    JarFiles files = JarFiles.copy(jar, classPath, directory, 100_000_000);
    return new AgentSurroundings(
        directory,
        files,
        JarLaunch.plan(
            files,
            Optional.of(mainClass),
            directory,
            new JarLaunch.Options(
                Path.of(System.getProperty("java.home")),
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                arguments,
                Map.of(),
                Optional.empty(),
                Optional.of(proxy),
                Optional.of(trust)),
            Optional.empty(),
            System.getenv()));
  }

  /** Starts the agent as the launcher does. */
  public AgentProcess start() throws IOException {
    return AgentProcess.start(launch, () -> {});
  }

  /** The agent itself, with these arguments. */
  public ProcessBuilder agent(String... arguments) {
    List<String> command = new ArrayList<>(launch.command());
    command.addAll(List.of(arguments));
    return program(command.toArray(String[]::new));
  }

  /** A program that the agent starts. */
  public ProcessBuilder program(String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(launch.workingDirectory().toFile());
    builder.environment().clear();
    builder.environment().putAll(launch.environment());
    return builder;
  }

  @Override
  public void close() throws IOException {
    files.close();
    directory.close();
  }
}
