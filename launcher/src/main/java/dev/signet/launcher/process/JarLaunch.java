// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** The plan to start an agent's JAR in a JVM of its own. */
public final class JarLaunch implements AgentPlan {
  private final JarFiles files;
  private final Path java;
  private final List<String> command;
  private final SortedMap<String, String> environment;
  private final Path workingDirectory;
  private final Confinement confinement;
  private final Optional<AgentUser> user;
  private final Optional<AgentSpace> space;

  private JarLaunch(
      JarFiles files,
      Path java,
      List<String> command,
      SortedMap<String, String> environment,
      Path workingDirectory,
      Confinement confinement,
      Optional<AgentUser> user,
      Optional<AgentSpace> space) {
    this.files = files;
    this.java = java;
    this.command = command;
    this.environment = environment;
    this.workingDirectory = workingDirectory;
    this.confinement = confinement;
    this.user = user;
    this.space = space;
  }

  /**
   * What may differ between launches.
   *
   * @param runtime a JDK's or JRE's home directory
   * @param jvmOptions heap sizes and the like; others are refused
   * @param arguments the agent's own, passed on as they are
   * @param environment variables for the agent beside the few that every agent gets
   * @param workingDirectory an existing directory; without one, a new empty one
   * @param proxy the signing proxy to be used for every request
   * @param trust whom to trust instead of what the runtime and the host trust
   */
  public record Options(
      Path runtime,
      List<String> jvmOptions,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> workingDirectory,
      Optional<InetSocketAddress> proxy,
      Optional<TrustFiles> trust) {
    public Options {
      jvmOptions = List.copyOf(jvmOptions);
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /** Plans the launch of a JAR that is complete. */
  static JarLaunch plan(
      PrivateCopy jar,
      LaunchDirectory directory,
      Options options,
      Map<String, String> parentEnvironment)
      throws IOException {
    return plan(
        JarFiles.of(jar),
        Optional.empty(),
        directory,
        options,
        Optional.empty(),
        parentEnvironment);
  }

  /**
   * Plans a launch.
   *
   * @param mainClass to start from the class path; without one, the JAR alone is started
   * @param space the namespaces that it will be started in; without any, the launcher's
   * @param parentEnvironment the launcher's own, of which language and time zone are taken
   * @throws IOException if the runtime has no java, or another user cannot be had
   * @throws IllegalArgumentException if an option or variable would open a side door
   */
  public static JarLaunch plan(
      JarFiles files,
      Optional<String> mainClass,
      LaunchDirectory directory,
      Options options,
      Optional<AgentSpace> space,
      Map<String, String> parentEnvironment)
      throws IOException {
    Path java = options.runtime().toRealPath().resolve("bin/java");
    if (!Files.isExecutable(java)) {
      throw new IOException(
          "the Java runtime must be a directory with bin/java in it: " + options.runtime());
    }
    Confinement confinement =
        Confinement.plan(directory.user(), options.workingDirectory().isEmpty(), space);
    SortedMap<String, String> environment =
        CleanEnvironment.of(parentEnvironment, options.environment(), directory, options.proxy());
    List<String> command = new ArrayList<>(confinement.prefix());
    command.add(java.toString());
    command.addAll(JvmOptions.of(options.jvmOptions(), directory, options.proxy()));
    if (options.trust().isPresent()) {
      TrustFiles.Place trust = options.trust().get().write(directory);
      trust.put(environment);
      command.addAll(trust.javaOptions());
    }
    command.add("-Duser.home=" + environment.get("HOME"));
    command.addAll(files.start(mainClass));
    command.addAll(options.arguments());
    return new JarLaunch(
        files,
        java.toRealPath(),
        List.copyOf(command),
        environment,
        // By the path that another file system has it at, too.
        options.workingDirectory().orElse(directory.work()).toRealPath(),
        confinement,
        directory.user(),
        space);
  }

  @Override
  public List<String> command() {
    return command;
  }

  /** Names of the variables that the agent gets, sorted. */
  public List<String> environmentNames() {
    return List.copyOf(environment.keySet());
  }

  @Override
  public Isolation isolation() {
    return confinement.isolation();
  }

  @Override
  public void requireUnchanged() throws IOException {
    files.requireUnchanged();
  }

  @Override
  public ProcessHandle requireIsolated(Process started) throws IOException {
    ObservedIsolation.require(started, this);
    return started.toHandle();
  }

  Path java() {
    return java;
  }

  @Override
  public SortedMap<String, String> environment() {
    return environment;
  }

  @Override
  public Path workingDirectory() {
    return workingDirectory;
  }

  Optional<AgentUser> user() {
    return user;
  }

  Optional<AgentSpace> space() {
    return space;
  }
}
