// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.JarLaunch;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.launcher.workload.WorkloadSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Private copies of a JAR and of what follows it on the class path. */
final class PreparedJar implements Prepared {
  private final LaunchRequest request;
  private final LaunchDirectory directory;
  private final JarFiles files;
  private final Optional<String> mainClass;
  private final Map<String, String> parentEnvironment;
  private Optional<AgentSpace> space = Optional.empty();
  private AgentPlan plan;

  PreparedJar(
      LaunchRequest request,
      LaunchDirectory directory,
      JarFiles files,
      Optional<String> mainClass,
      Map<String, String> parentEnvironment) {
    this.request = request;
    this.directory = directory;
    this.files = files;
    this.mainClass = mainClass;
    this.parentEnvironment = parentEnvironment;
  }

  @Override
  public Optional<AgentSpace> openSpace() throws IOException, InterruptedException {
    if (request.isolation() == IsolationMode.FULL) {
      List<Path> seen = new ArrayList<>(List.of(directory.path(), request.runtime()));
      request.workingDirectory().ifPresent(seen::add);
      space = Optional.of(AgentSpace.covering(seen));
    }
    return space;
  }

  @Override
  public AgentPlan plan(Map<String, String> environment, InetSocketAddress proxy, TrustFiles trust)
      throws IOException {
    plan =
        JarLaunch.plan(
            files,
            mainClass,
            directory,
            new JarLaunch.Options(
                request.runtime(),
                request.jvmOptions(),
                request.arguments(),
                environment,
                request.workingDirectory(),
                Optional.of(proxy),
                Optional.of(trust)),
            space,
            parentEnvironment);
    return plan;
  }

  @Override
  public WorkloadSocket socket() {
    return new WorkloadSocket(
        socketPath(),
        directory.user().map(user -> OptionalInt.of(user.gid())).orElseGet(OptionalInt::empty));
  }

  @Override
  public String endpoint() {
    return WorkloadSocket.endpoint(socketPath());
  }

  private Path socketPath() {
    return directory.sockets().resolve(WorkloadSocket.NAME);
  }

  @Override
  public AgentProcess start(Runnable forked) throws IOException {
    return AgentProcess.start(plan, space, forked);
  }

  @Override
  public String runtime() {
    return "java at " + request.runtime();
  }

  @Override
  public List<String> arguments() {
    return request.arguments();
  }

  @Override
  public void close() throws IOException {
    space.ifPresent(AgentSpace::close);
    files.close();
  }
}
