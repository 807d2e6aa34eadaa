// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.EgressReason;
import dev.signet.launcher.egress.LoopbackPort;
import dev.signet.launcher.egress.ProcessTreePeerCheck;
import dev.signet.launcher.egress.ProxyFixture;
import dev.signet.launcher.egress.TestUpstream;
import dev.signet.protocol.Appraisal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The namespaces of an agent, with a real proxy in them. Needs root. */
class AgentSpaceIT {
  private Path parent;
  private LaunchDirectory directory;
  private AgentSpace space;

  @BeforeEach
  void open() throws Exception {
    Optional<String> missing = AgentSpace.missing();
    assumeTrue(missing.isEmpty(), () -> "no full isolation here: " + missing.get());
    parent = Files.createTempDirectory("signet-space");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
    directory = LaunchDirectory.createForOwnUser(parent, new SecureRandom(), name -> {});
    space = AgentSpace.covering(List.of(directory.path(), LaunchedAgent.RUNTIME));
  }

  @AfterEach
  void close() throws Exception {
    if (space != null) {
      space.close();
      directory.close();
      Files.delete(parent);
    }
  }

  @Test
  void attack65TheProxyOfAnIsolatedAgentServesNobodyElse() throws Exception {
    ProcessTreePeerCheck peers = new ProcessTreePeerCheck(space.socketTables());
    try (TestUpstream upstream = TestUpstream.http();
        ProxyFixture proxy =
            new ProxyFixture(
                space.within(LoopbackPort::open),
                EgressLimits.standard(),
                Optional.empty(),
                peers)) {
      AgentProcess agent = start(proxy.port(), "child", "/bin/sleep", "60");
      peers.admit(agent.handle());
      try {
        // Another process of this host, root's even, does not see the port at all.
        assertThatThrownBy(() -> new Socket("127.0.0.1", proxy.port()).close())
            .isInstanceOf(ConnectException.class);
        // Root can go into the namespace, and is known there for what it is.
        String answer =
            said(
                "/usr/bin/nsenter",
                "--net=/proc/" + agent.handle().pid() + "/ns/net",
                LaunchedAgent.RUNTIME.resolve("bin/java").toString(),
                "-Dhttp.proxyHost=127.0.0.1",
                "-Dhttp.proxyPort=" + proxy.port(),
                "-Dhttp.nonProxyHosts=",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                ProbeAgent.class.getName(),
                "http",
                upstream.uri("/").toString());
        assertThat(answer).startsWith("403 ").contains("PEER_REFUSED");
        assertThat(proxy.proxy.stats().problems(EgressReason.PEER_REFUSED)).isEqualTo(1);
        assertThat(upstream.received()).isEmpty();
      } finally {
        agent.stop(Duration.ofSeconds(5));
      }
    }
  }

  @Test
  void theAgentReachesTheWorldThroughTheProxySigned() throws Exception {
    ProcessTreePeerCheck peers = new ProcessTreePeerCheck(space.socketTables());
    try (TestUpstream upstream = TestUpstream.http();
        ProxyFixture proxy =
            new ProxyFixture(
                space.within(LoopbackPort::open),
                EgressLimits.standard(),
                Optional.empty(),
                peers)) {
      AgentProcess agent = start(proxy.port(), "get", upstream.uri("/x").toString());
      peers.admit(agent.handle());
      assertThat(agent.waitFor()).isZero();
      assertThat(upstream.received()).hasSize(1);
      assertThat(upstream.received().getFirst().faults(proxy.key.verification())).isEmpty();
    }
  }

  @Test
  void attack66FindsAProcessThatIsNotInTheNamespaces() throws Exception {
    assertThat(space.deviation(Path.of("/proc/self")).orElseThrow()).startsWith("its network is ");
    // In the network, with the host's files.
    Process half =
        new ProcessBuilder(
                "/usr/bin/nsenter",
                "--net=" + space.socketTables().resolveSibling("ns/net"),
                "sleep",
                "60")
            .start();
    try {
      Path proc = Path.of("/proc", Long.toString(half.pid()));
      org.awaitility.Awaitility.await()
          .until(() -> Files.readSymbolicLink(proc.resolve("exe")).endsWith("sleep"));
      assertThat(space.deviation(proc).orElseThrow()).startsWith("it sees the host's ");
    } finally {
      half.destroyForcibly();
    }
    Process inside = space.start(new ProcessBuilder("sleep", "60"));
    try {
      assertThat(space.deviation(Path.of("/proc", Long.toString(inside.pid())))).isEmpty();
    } finally {
      inside.destroyForcibly();
    }
  }

  @Test
  void attack66FindsAnAgentWhoseSystemCallsAreNotFiltered() throws Exception {
    JarLaunch launch = plan(1, "child");
    String user = ("\t" + directory.user().orElseThrow().uid()).repeat(4);
    String status =
        "NoNewPrivs:\t1\nUid:%s\nGid:%s\nGroups:\t\nCapEff:\t0\nCapBnd:\t0\nSeccomp:\t2\n"
            .formatted(user, user);
    String limits = "Max core file size        0                    0                    bytes\n";
    assertThat(ObservedIsolation.deviation(status, limits, launch)).isEmpty();
    for (String none : List.of("Seccomp:\t0", "Seccomp:\t1", "")) {
      assertThat(ObservedIsolation.deviation(status.replace("Seccomp:\t2", none), limits, launch))
          .contains("its system calls are not filtered");
    }
  }

  @Test
  void attack66FindsAnAgentThatIsAnotherUserThanPlannedOrHasRights() throws Exception {
    JarLaunch launch = plan(1, "child");
    int uid = directory.user().orElseThrow().uid();
    String status =
        "NoNewPrivs:\t1\nUid:%1$s\nGid:%1$s\nGroups:\t\nCapEff:\t00\nCapBnd:\t00\nSeccomp:\t2\n"
            .formatted(("\t" + uid).repeat(4));
    String limits = "Max core file size        0                    0                    bytes\n";
    assertThat(ObservedIsolation.deviation(status, limits, launch)).isEmpty();
    for (String[] other :
        new String[][] {
          {"Uid:\t" + uid, "Uid:\t0", "it runs as uid"},
          // Only the saved one: it could go back to it.
          {"\t" + uid + "\t" + uid + "\nGid:", "\t0\t" + uid + "\nGid:", "it runs as uid"},
          {"Gid:\t" + uid, "Gid:\t0", "it runs as uid"},
          {"Groups:\t", "Groups:\t0 27 ", "groups 0 27"},
          {"CapEff:\t00", "CapEff:\t20", "it has capabilities"},
          {"CapBnd:\t00", "CapBnd:\t20", "it has capabilities"}
        }) {
      assertThat(status).contains(other[0]);
      assertThat(
              ObservedIsolation.deviation(status.replace(other[0], other[1]), limits, launch)
                  .orElseThrow())
          .contains(other[2]);
    }
  }

  @Test
  void twoLaunchesNeverShareAUserAndNoProcessOfOneOutlivesIt() throws Exception {
    int uid = directory.user().orElseThrow().uid();
    assertThat(uid).isBetween(61184, 65519);
    Process left =
        new ProcessBuilder(
                "/usr/bin/setpriv",
                "--reuid",
                Integer.toString(uid),
                "--clear-groups",
                "--",
                "sleep",
                "60")
            .start();
    org.awaitility.Awaitility.await().until(() -> OwnUser.processesOf(uid).contains(left.pid()));
    // Whatever the dice say, this one is taken.
    assertThat(OwnUser.tryClaim(uid)).isEmpty();
    directory.close();
    assertThat(left.waitFor()).isEqualTo(137);
    try (OwnUser free = OwnUser.tryClaim(uid).orElseThrow()) {
      assertThat(OwnUser.tryClaim(uid)).isEmpty();
      assertThat(free.user()).isEqualTo(new AgentUser(uid, uid));
    }
    directory = LaunchDirectory.createForOwnUser(parent, new SecureRandom(), name -> {});
  }

  @Test
  void refusesToShowADirectoryThatHoldsOneToBeCovered() {
    assertThatThrownBy(() -> AgentSpace.covering(List.of(Path.of("/"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not to see");
    assertThatThrownBy(() -> AgentSpace.covering(List.of(Path.of("/tmp"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leavesTheThreadsOfTheLauncherWhereTheyAre() throws Exception {
    FutureTask<String> onVirtualThread = new FutureTask<>(() -> space.within(() -> "inside"));
    Thread.ofVirtual().start(onVirtualThread).join();
    // Waking it could start a thread that then runs others' work in the agent's network.
    assertThatThrownBy(onVirtualThread::get).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")))
        .isNotEqualTo(
            space.within(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))));
  }

  private AgentProcess start(int port, String... arguments) throws IOException {
    return AgentProcess.start(plan(port, arguments), Optional.of(space), () -> {});
  }

  private JarLaunch plan(int port, String... arguments) throws IOException {
    JarFiles files = JarFiles.copy(TestJar.probe(parent), List.of(), directory, 1_000_000);
    Files.delete(parent.resolve("probe.jar"));
    JarLaunch launch =
        JarLaunch.plan(
            files,
            Optional.empty(),
            directory,
            new JarLaunch.Options(
                LaunchedAgent.RUNTIME,
                List.of(),
                List.of(arguments),
                Map.of(),
                Optional.empty(),
                Optional.of(new java.net.InetSocketAddress("127.0.0.1", port)),
                Optional.empty()),
            Optional.of(space),
            System.getenv());
    assertThat(Appraisal.Isolation.of(launch.isolation().labels()))
        .as("what the verifier will take it for")
        .isEqualTo(Appraisal.Isolation.FULL);
    return launch;
  }

  private static String said(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
