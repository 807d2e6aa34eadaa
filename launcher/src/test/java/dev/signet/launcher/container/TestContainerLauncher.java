// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.ForwardedSignals;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.LauncherHardening;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.OciLayout;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ResourceLimits;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A launcher without TPM: unpacks, starts and waits. In a JVM of its own, as the real one. */
public final class TestContainerLauncher {
  private TestContainerLauncher() {}

  /** Arguments: a directory, the layout, the manifest's digest, and the agent's own. */
  public static void main(String[] args) throws Exception {
    ContainerHost host = ContainerHost.find();
    LauncherHardening.apply();
    Path parent = Path.of(args[0]);
    ReferenceStatement.Launch launch =
        new ReferenceStatement.Launch(
            null,
            List.of("GIVEN"),
            null,
            null,
            System.getProperty("agent.user"),
            Boolean.getBoolean("unlimited") ? null : new ResourceLimits(128L << 20, 50L, 1500L));
    int exit;
    try (LaunchDirectory directory =
        LaunchDirectory.create(parent, Optional.empty(), Cgroups::removeIfAny)) {
      System.err.println("launch=" + directory.name());
      switch (ContainerImage.unpack(
          host,
          OciLayout.open(Path.of(args[1])),
          ImageSelection.of(Digest.parse(args[2])),
          directory,
          new SecureRandom())) {
        case ContainerImage.Unpacked.Refused(String reason, String detail) -> {
          System.err.println("refused=" + reason + " " + detail);
          exit = 99;
        }
        case ContainerImage.Unpacked.Ready(ContainerImage image) -> {
          try (image) {
            List<String> arguments =
                image.arguments(launch, Arrays.asList(args).subList(3, args.length));
            Optional<AgentSpace> space =
                Boolean.getBoolean("host.network")
                    ? Optional.empty()
                    : Optional.of(image.within(AgentSpace::ofNetwork));
            ContainerLaunch plan =
                image.plan(
                    launch,
                    arguments,
                    Map.of("GIVEN", "by the operator"),
                    Optional.ofNullable(Integer.getInteger("egress.port"))
                        .map(port -> new InetSocketAddress("127.0.0.1", port)),
                    Optional.of(TrustFiles.of(List.of())),
                    space,
                    false);
            System.err.println("isolation=" + plan.isolation().labels());
            AgentProcess agent = image.start(plan, () -> {});
            System.err.println("agent=" + agent.handle().pid());
            try (ForwardedSignals signals = ForwardedSignals.hold()) {
              signals.to(agent);
              System.err.println("forwarding");
              exit = agent.waitFor();
            }
          }
        }
      }
    }
    System.exit(exit);
  }
}
