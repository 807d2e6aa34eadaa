// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.JarLaunch;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.TrustFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Private copies of a JAR and of what follows it on the class path. */
final class PreparedJar implements Prepared {
  private final LaunchRequest request;
  private final LaunchDirectory directory;
  private final JarFiles files;
  private final Optional<String> mainClass;
  private final Map<String, String> parentEnvironment;
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
            parentEnvironment);
    return plan;
  }

  @Override
  public AgentProcess start(Runnable forked) throws IOException {
    return AgentProcess.start(plan, forked);
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
    files.close();
  }
}
