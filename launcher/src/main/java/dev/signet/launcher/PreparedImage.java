// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.container.ContainerHost;
import dev.signet.launcher.container.ContainerImage;
import dev.signet.launcher.container.ContainerLaunch;
import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.launcher.workload.WorkloadSocket;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** An image's files in a private mount. */
final class PreparedImage implements Prepared {
  private final ContainerHost host;
  private final ContainerImage image;
  private final ReferenceStatement.Launch launch;
  private final List<String> arguments;
  private final boolean ownNetwork;
  private Optional<AgentSpace> space = Optional.empty();
  private final boolean sockets;
  private ContainerLaunch plan;

  PreparedImage(
      LaunchRequest request,
      ContainerHost host,
      ContainerImage image,
      LaunchCheck.Result.Passed passed) {
    this.host = host;
    this.image = image;
    this.launch = passed.statement().statement().predicate().launch();
    this.arguments = image.arguments(launch, request.arguments());
    this.ownNetwork = request.isolation() == IsolationMode.FULL;
    this.sockets = request.egress().workloadApi();
  }

  @Override
  public Optional<AgentSpace> openSpace() throws IOException, InterruptedException {
    // From where its files can be seen, since what starts it must see them.
    space = ownNetwork ? Optional.of(image.within(AgentSpace::ofNetwork)) : Optional.empty();
    return space;
  }

  @Override
  public AgentPlan plan(Map<String, String> environment, InetSocketAddress proxy, TrustFiles trust)
      throws IOException, InterruptedException {
    plan =
        image.plan(
            launch, arguments, environment, Optional.of(proxy), Optional.of(trust), space, sockets);
    return plan;
  }

  @Override
  public WorkloadSocket socket() {
    return new WorkloadSocket(
        image.sockets().resolve(WorkloadSocket.NAME), OptionalInt.of(plan.hostGroup()));
  }

  @Override
  public String endpoint() {
    return WorkloadSocket.endpoint(ContainerLaunch.SOCKETS.resolve(WorkloadSocket.NAME));
  }

  @Override
  public AgentProcess start(Runnable forked) throws IOException, InterruptedException {
    return image.start(plan, forked);
  }

  @Override
  public String runtime() {
    return host.description();
  }

  @Override
  public List<String> arguments() {
    return arguments;
  }

  @Override
  public void close() throws IOException {
    space.ifPresent(AgentSpace::close);
    image.close();
  }
}
