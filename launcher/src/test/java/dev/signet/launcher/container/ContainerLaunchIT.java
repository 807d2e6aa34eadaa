// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.launcher.container.StartedContainer.Option;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.TrustFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers as they are started, seen from inside and outside. Needs root, runc and busybox. */
@Timeout(300)
class ContainerLaunchIT {
  private Path directory;
  private Path parent;
  private TestImage image;
  private final List<StartedContainer> all = new ArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    Optional<String> missing = ContainerHost.missing();
    assumeTrue(missing.isEmpty(), () -> "no containers here: " + missing.get());
    assumeTrue(Files.exists(Path.of("/usr/bin/busybox")), "install busybox-static");
    // Not a @TempDir: a container's users must be able to pass through.
    directory =
        Files.createTempDirectory(
            "signet-container",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    parent =
        Files.createDirectory(
            directory.resolve("private"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    image = TestImage.shell(directory.resolve("image"));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    if (directory == null) {
      return;
    }
    assertNothingLeft();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void passesStreamsArgumentsAndExitCode() throws Exception {
    try (StartedContainer run = start("read line; echo \"got $line\"; echo bad >&2; exit 42")) {
      run.process().outputWriter().append("a  b\n").flush();
      assertThat(run.all()).isEqualTo("got a  b\n");
      assertThat(run.exit()).isEqualTo(42);
      assertThat(run.errors()).contains("bad\n");
    }
  }

  @Test
  void takesTheImagesArgumentsWhereNoneAreGiven() throws Exception {
    try (StartedContainer run = start()) {
      assertThat(run.all()).isEqualTo("by default\n");
    }
  }

  @Test
  void runsWithNoRightsInAReadOnlyImage() throws Exception {
    try (StartedContainer run =
        start(
            "id -u; id -g; touch /x; touch /etc/passwd; touch /tmp/y && echo scratch;"
                + " echo > /proc/sys/kernel/hostname; cat /proc/self/status; ps; cat /proc/mounts")) {
      String said = run.all();
      assertThat(said).startsWith("1000\n100\nscratch\n");
      assertThat(said)
          .containsPattern("CapEff:\\s+0+\n")
          .containsPattern("CapBnd:\\s+0+\n")
          .containsPattern("NoNewPrivs:\\s+1\n")
          .containsPattern("Seccomp:\\s+2\n")
          .containsPattern("(?m)^ +1 agent ")
          .doesNotContain("java");
      assertThat(run.errors()).contains("touch: /x: Read-only").contains("/etc/passwd: Read-only");
      assertThat(run.errors())
          .contains(
              "isolation=[clean-environment, dies-with-launcher, hidden-processes, memory-limit,"
                  + " no-capabilities, no-core-files, no-new-privileges, other-user, own-mounts,"
                  + " own-namespaces, own-network, private-copy, private-directories,"
                  + " process-limit, processor-limit, read-only-root, system-call-filter,"
                  + " user-namespace]");
    }
  }

  @Test
  void attack43And65AContainerHasNoWayOutButItsProxy() throws Exception {
    try (ServerSocket host = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
      Thread.ofPlatform().daemon().start(() -> hangUp(host));
      String attempts =
          "nc -w 2 127.0.0.1 %d </dev/null && echo reached; grep -c : /proc/net/dev; ls /dev/tpm0;"
                  .formatted(host.getLocalPort())
              + " kill -0 %d && echo signalled; ls -d /proc/%d; ip route add 203.0.113.7 dev lo"
                  .formatted(ProcessHandle.current().pid(), ProcessHandle.current().pid())
              + " && echo routed; ls /run/signet; true";
      try (StartedContainer run = start(attempts)) {
        // One line for each network device.
        assertThat(run.all()).isEqualTo("1\n");
        assertThat(run.exit()).as(run.errors()).isZero();
      }
      // The host's has more, and the port is there.
      try (StartedContainer run = start(Option.hostNetwork(), attempts)) {
        assertThat(run.all()).startsWith("reached\n").isNotEqualTo("reached\n1\n");
        assertThat(run.errors()).contains("isolation=[").contains("host-network");
      }
    }
  }

  private static void hangUp(ServerSocket server) {
    try {
      while (true) {
        server.accept().close();
      }
    } catch (IOException e) {
      // closed at the end of the test
    }
  }

  @Test
  void readsTheAuthoritiesThatItTrustsAndCannotChangeThem() throws Exception {
    try (StartedContainer run =
        start("ls -l $SSL_CERT_FILE /.signet; echo x > $SSL_CERT_FILE; rm -f /.signet/ca.p12")) {
      assertThat(run.all())
          .containsPattern("-r--r--r-- .* /\\.signet/ca\\.pem\n")
          .containsPattern("-r--r--r-- .* ca\\.p12\n");
      assertThat(run.errors()).contains("ca.pem: ").contains("ca.p12': Read-only file system");
    }
  }

  @Test
  void sharesNoUserWithTheHost() throws Exception {
    try (StartedContainer run = start(Option.user("0:0"), "id -u; sleep 1000")) {
      assertThat(run.output().readLine()).isEqualTo("0");
      long pid = run.awaitAgent();
      Object uid = Files.getAttribute(Path.of("/proc/" + pid), "unix:uid");
      assertThat((int) uid).isGreaterThanOrEqualTo(0x80000);
    }
    killLeft();
  }

  @Test
  void givesOnlyVariablesThatWereNamed() throws Exception {
    try (StartedContainer run = start(Option.port(9), "cat /proc/1/environ")) {
      List<String> names =
          Stream.of(run.all().split("\0"))
              .map(v -> v.replaceAll("=.*", ""))
              .filter(name -> !List.of("PWD", "SHLVL").contains(name)) // the shell's own
              .toList();
      Map<String, String> expected = new HashMap<>();
      new TrustFiles.Place("/.signet").put(expected);
      Stream.of(
              "ALL_PROXY",
              "GIVEN",
              "HOME",
              "HTTPS_PROXY",
              "HTTP_PROXY",
              "JAVA_TOOL_OPTIONS",
              "NODE_USE_ENV_PROXY",
              "NO_PROXY",
              "OF_IMAGE",
              "PATH",
              "all_proxy",
              "http_proxy",
              "https_proxy",
              "no_proxy")
          .forEach(name -> expected.put(name, ""));
      assertThat(names).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }
  }

  @Test
  void systemCallsThatOpenTheKernelAreRefused() throws Exception {
    // Any user may make a user namespace, and has rights in it then.
    assertThat(new ProcessBuilder("unshare", "-U", "true").start().waitFor())
        .as("this host would allow it")
        .isZero();
    try (StartedContainer run = start("busybox unshare -U true || echo refused")) {
      assertThat(run.all()).isEqualTo("refused\n");
      assertThat(run.errors()).contains("unshare(0x10000000): Operation not permitted");
    }
  }

  @Test
  void memoryAndProcessesAreBounded() throws Exception {
    try (StartedContainer run =
        start("i=0; while [ $i -lt 80 ]; do sleep 100 & i=$((i+1)); done; echo made all")) {
      assertThat(run.all()).isEmpty();
      assertThat(run.errors()).contains("can't fork");
    }
    try (StartedContainer run = start("x=0123456789abcdef; while :; do x=$x$x; done")) {
      assertThat(run.exit()).isEqualTo(137);
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void passesSignals(String signal, int code) throws Exception {
    try (StartedContainer run =
        start(
            "trap 'echo %1$s; exit %2$d' %1$s; echo ready; while :; do sleep 0.1; done"
                .formatted(signal, code))) {
      assertThat(run.output().readLine()).isEqualTo("ready");
      run.awaitAgent();
      kill(signal, run.process().pid());
      assertThat(run.output().readLine()).isEqualTo(signal);
      assertThat(run.exit()).isEqualTo(code);
    }
  }

  @Test
  void killedAgentLeavesNothing() throws Exception {
    try (StartedContainer run = start("echo ready; sleep 1000 & sleep 1000")) {
      assertThat(run.output().readLine()).isEqualTo("ready");
      kill("KILL", run.awaitAgent());
      assertThat(run.exit()).isEqualTo(137);
      assertNothingLeft();
    }
  }

  @Test
  void killedRuntimeTakesTheAgentWithIt() throws Exception {
    try (StartedContainer run = start("echo ready; sleep 1000 & sleep 1000")) {
      assertThat(run.output().readLine()).isEqualTo("ready");
      ProcessHandle agent = ProcessHandle.of(run.awaitAgent()).orElseThrow();
      kill("KILL", agent.parent().orElseThrow().pid());
      assertThat(run.exit()).isNotZero();
      assertThat(agent.isAlive()).isFalse();
    }
  }

  @Test
  void diesWithItsKilledLauncherAndTheNextTidiesUp() throws Exception {
    long agent;
    try (StartedContainer run = start("trap '' TERM; echo ready; sleep 1000 & sleep 1000")) {
      BufferedReader output = run.output();
      assertThat(output.readLine()).isEqualTo("ready");
      agent = run.awaitAgent();
      run.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    Awaitility.await("the agent is gone")
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(agent).filter(ProcessHandle::isAlive).isEmpty());
    try (Stream<Path> left = Files.list(parent)) {
      assertThat(left).as("a killed launcher removes nothing").hasSize(1);
    }
    try (StartedContainer next = start("echo next")) {
      assertThat(next.all()).isEqualTo("next\n");
      assertThat(next.exit()).isZero();
    }
  }

  @Test
  void runningLaunchIsNotTidiedAwayByAnother() throws Exception {
    try (StartedContainer one = start("echo one; read line; cat /etc/passwd | wc -l")) {
      assertThat(one.output().readLine()).isEqualTo("one");
      try (StartedContainer two = start("echo two")) {
        assertThat(two.all()).isEqualTo("two\n");
        assertThat(two.exit()).isZero();
      }
      one.process().outputWriter().append("\n").flush();
      assertThat(one.output().readLine()).isEqualTo("1");
      assertThat(one.exit()).isZero();
    }
  }

  @Test
  void programThatIsNotThereIsNamed() throws Exception {
    TestImage none =
        TestImage.write(
            directory.resolve("none"),
            Map.of("Entrypoint", List.of("/bin/nothing")),
            List.of(TestImage.busybox()));
    try (StartedContainer run = started(none, List.of())) {
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.errors())
          .contains("the container could not be started")
          .contains("/bin/nothing");
    }
  }

  @Test
  void privateFilesAreSeenByNobodyElseAndWrittenByNobody() throws Exception {
    try (StartedContainer run = start("echo ready; read line; cat /etc/passwd")) {
      assertThat(run.output().readLine()).isEqualTo("ready");
      Path launch;
      try (Stream<Path> launches = Files.list(parent)) {
        launch = launches.findFirst().orElseThrow();
      }
      assertThat(launch.resolve("rootfs")).doesNotExist();
      Path root = Path.of("/proc", Long.toString(run.awaitAgent()), "root");
      assertThat(root.resolve("etc/passwd")).exists();
      Process write =
          new ProcessBuilder("/bin/sh", "-c", "echo changed > " + root.resolve("etc/passwd"))
              .redirectErrorStream(true)
              .start();
      assertThat(new String(write.getInputStream().readAllBytes()))
          .contains("Read-only file system");
      run.process().outputWriter().append("\n").flush();
      assertThat(run.all()).startsWith("agent:x:1000");
    }
  }

  @Test
  void attack28MountIsPrivateAlsoWhereTheHostSharesItsMounts() throws Exception {
    // As on hosts with systemd, where a mount shows in every namespace that shares its parent.
    List<String> shared = List.of("unshare", "--mount", "--propagation", "shared", "--");
    try (StartedContainer run =
        new StartedContainer(
            directory, parent, image, shared, List.of(), "echo ready; read line")) {
      all.add(run);
      assertThat(run.output().readLine()).isEqualTo("ready");
      assertThat(Files.readString(Path.of("/proc/" + run.process().pid() + "/mountinfo")))
          .contains(" shared:")
          .doesNotContain(parent.toString());
      run.process().outputWriter().append("\n").flush();
      assertThat(run.exit()).isZero();
    }
  }

  private StartedContainer start(String... arguments) throws Exception {
    return started(image, List.of(), arguments);
  }

  private StartedContainer start(Option option, String... arguments) throws Exception {
    return started(image, List.of(option), arguments);
  }

  private StartedContainer started(TestImage of, List<Option> options, String... arguments)
      throws Exception {
    StartedContainer run = new StartedContainer(directory, parent, of, options, arguments);
    all.add(run);
    return run;
  }

  private static void kill(String signal, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  /** After a launcher was killed, what it left is the next one's. */
  private void killLeft() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              LaunchDirectory.create(parent, Optional.empty(), Cgroups::removeIfAny).close();
              try (Stream<Path> left = Files.list(parent)) {
                return left.findAny().isEmpty();
              }
            });
  }

  private void assertNothingLeft() throws Exception {
    Awaitility.await("the launch's directory is gone")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              try (Stream<Path> left = Files.list(parent)) {
                assertThat(left).isEmpty();
              }
            });
    for (StartedContainer run : all) {
      if (run.launch().isPresent()) {
        assertThat(Cgroups.find().of(run.launch().get())).as("control groups").isEmpty();
      }
    }
    assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(parent.toString());
  }
}
