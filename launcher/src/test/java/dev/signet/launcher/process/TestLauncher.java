// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.launcher.CheckedStatement;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A launcher without TPM: copies, starts and waits. Runs in a JVM of its own, as the real one. */
public final class TestLauncher {
  private TestLauncher() {}

  /** Arguments: the runtime, a directory, the JAR, and the agent's own. */
  public static void main(String[] args) throws Exception {
    Integer uid = Integer.getInteger("agent.uid");
    Optional<AgentUser> user = Optional.ofNullable(uid).map(id -> new AgentUser(id, id));
    boolean full = Boolean.getBoolean("agent.full");
    if (Boolean.getBoolean("harden")) {
      System.err.println("hardening=" + LauncherHardening.apply());
    }
    Path runtime = Path.of(System.getProperty("agent.runtime", args[0]));
    int exit;
    try (LaunchDirectory directory =
            full && user.isEmpty()
                ? LaunchDirectory.createForOwnUser(Path.of(args[1]), new SecureRandom(), name -> {})
                : LaunchDirectory.create(Path.of(args[1]), user);
        JarFiles files = JarFiles.copy(Path.of(args[2]), classPath(), directory, 100_000_000)) {
      String statement = System.getProperty("statement");
      if (statement != null) {
        CheckedStatement.require(Path.of(statement), runtime, files);
      }
      Optional<AgentSpace> space =
          full
              ? Optional.of(AgentSpace.covering(List.of(directory.path(), runtime)))
              : Optional.empty();
      JarLaunch launch =
          JarLaunch.plan(
              files,
              Optional.ofNullable(System.getProperty("agent.main")),
              directory,
              new JarLaunch.Options(
                  runtime,
                  jvmOptions(),
                  Arrays.asList(args).subList(3, args.length),
                  Map.of("GIVEN", "by the operator"),
                  Optional.ofNullable(System.getProperty("agent.cwd")).map(Path::of),
                  Optional.ofNullable(Integer.getInteger("egress.port"))
                      .map(port -> new InetSocketAddress("127.0.0.1", port)),
                  Optional.empty()),
              space,
              System.getenv());
      try (ForwardedSignals signals = ForwardedSignals.hold()) {
        AgentProcess agent = AgentProcess.start(launch, space, () -> {});
        System.err.println("agent=" + agent.handle().pid());
        System.err.println("isolation=" + launch.isolation().labels());
        while (Boolean.getBoolean("agent.late") && signals.held() == 0) {
          Thread.onSpinWait();
        }
        signals.to(agent);
        System.err.println("forwarding");
        exit = agent.waitFor();
      }
    }
    System.exit(exit);
  }

  /** A few of the launcher's, and what {@code agent.jvm} names, one a line. */
  private static List<String> jvmOptions() {
    Stream<String> given = System.getProperty("agent.jvm", "").lines();
    return Stream.concat(Stream.of("-Xmx512m", "-XX:+UseSerialGC"), given).toList();
  }

  private static List<Path> classPath() {
    return Arrays.stream(System.getProperty("agent.class.path", "").split(":"))
        .filter(name -> !name.isEmpty())
        .map(Path::of)
        .toList();
  }
}
