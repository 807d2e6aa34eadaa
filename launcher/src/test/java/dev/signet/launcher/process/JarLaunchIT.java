// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JarLaunchIT {
  private static final Path ROOT_PROC = Path.of("/proc");

  @TempDir Path directory;
  private Path jar;

  @BeforeEach
  void makeJar() throws IOException {
    jar = TestJar.probe(directory);
  }

  @Test
  void passesArgumentsAsTheyAre() throws Exception {
    try (LaunchedAgent agent =
        launch("arguments", "", "a b", "@/etc/hostname", "$HOME", "-Xmx1g", "--", "ü")) {
      assertThat(agent.all())
          .isEqualTo("[arguments, , a b, @/etc/hostname, $HOME, -Xmx1g, --, ü]\n");
      assertThat(agent.exit()).isZero();
    }
  }

  @Test
  void passesStandardInputAndOutput() throws Exception {
    try (LaunchedAgent agent = launch("echo")) {
      agent.process().outputWriter().append("line\n").flush();
      assertThat(agent.all()).isEqualTo("line\n");
    }
  }

  @Test
  void passesTheExitCode() throws Exception {
    try (LaunchedAgent agent = launch("exit", "42")) {
      assertThat(agent.exit()).isEqualTo(42);
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void passesSignals(String signal, int exit) throws Exception {
    try (LaunchedAgent agent = launch("sleep")) {
      BufferedReader output = agent.output();
      assertThat(output.readLine()).isEqualTo("ready");
      awaitAgent(agent);
      kill(signal, agent.process().pid());
      assertThat(output.readLine()).isEqualTo("hook");
      assertThat(agent.exit()).isEqualTo(exit);
      assertNothingLeft();
    }
  }

  @Test
  void passesASignalThatCameWhileTheAgentWasStarting() throws Exception {
    List<String> late = List.of("-Dagent.late=true");
    try (LaunchedAgent agent = new LaunchedAgent(directory, jar, Map.of(), late, "sleep")) {
      BufferedReader output = agent.output();
      assertThat(output.readLine()).isEqualTo("ready");
      kill("TERM", agent.process().pid());
      assertThat(output.readLine()).isEqualTo("hook");
      assertThat(agent.exit()).isEqualTo(143);
      assertThat(agent.errors()).contains("forwarding");
      assertNothingLeft();
    }
  }

  @Test
  void tellsOfDeathByASignal() throws Exception {
    try (LaunchedAgent agent = launch("sleep")) {
      assertThat(agent.output().readLine()).isEqualTo("ready");
      awaitAgent(agent);
      kill("KILL", agent.agentPid());
      assertThat(agent.exit()).isEqualTo(137);
    }
  }

  @ParameterizedTest
  @CsvSource({"no", "yes"})
  void dyingTakesTheAgentWithIt(String otherUser) throws Exception {
    assumeThat(otherUser.equals("no") || isRoot()).isTrue();
    List<String> options = otherUser.equals("yes") ? asNobody() : List.of();
    try (LaunchedAgent agent = new LaunchedAgent(directory, jar, Map.of(), options, "sleep")) {
      assertThat(agent.output().readLine()).isEqualTo("ready");
      awaitAgent(agent);
      long pid = agent.agentPid();
      kill("KILL", agent.process().pid());
      Awaitility.await()
          .atMost(5, TimeUnit.SECONDS)
          .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource({"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"})
  void attack29IgnoresOptionsInTheEnvironment(String name) throws Exception {
    Path evil =
        TestJar.of(
            directory.resolve("evil.jar"),
            Map.of("Premain-Class", EvilAgent.class.getName()),
            EvilAgent.class);
    // The launcher's own JVM obeys the variable, so that it is seen to work at all.
    try (LaunchedAgent agent =
        new LaunchedAgent(
            directory, jar, Map.of(name, "-javaagent:" + evil), List.of(), "environment")) {
      String output = agent.all();
      assertThat(output.split("EVIL", -1)).hasSize(2);
      assertThat(output).doesNotContain(name);
    }
  }

  @Test
  void attack29GivesTheAgentAnEnvironmentMadeFromNothing() throws Exception {
    Map<String, String> hostile =
        Map.of("LD_PRELOAD", "/nonexistent.so", "CLASSPATH", "/tmp", "SECRET", "s", "TZ", "UTC");
    try (LaunchedAgent agent =
        new LaunchedAgent(directory, jar, hostile, List.of(), "environment")) {
      assertThat(agent.all().lines().map(line -> line.substring(0, line.indexOf('='))))
          .isSubsetOf("GIVEN", "HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")
          .contains("GIVEN", "HOME", "PATH", "TMPDIR", "TZ");
    }
  }

  @Test
  void attack29RefusesAttach() throws Exception {
    try (LaunchedAgent agent = launch("sleep")) {
      assertThat(agent.output().readLine()).isEqualTo("ready");
      awaitAgent(agent);
      Process jcmd =
          new ProcessBuilder(
                  LaunchedAgent.RUNTIME.resolve("bin/jcmd").toString(),
                  // It would wait for 10 s for a JVM that is deaf.
                  "-J-Dsun.tools.attach.attachTimeout=5000",
                  Long.toString(agent.agentPid()),
                  "VM.version")
              .redirectErrorStream(true)
              .start();
      String said = new String(jcmd.getInputStream().readAllBytes());
      assertThat(jcmd.waitFor()).as(said).isNotZero();
    }
  }

  @Test
  void attack28ReplacingTheJarAfterTheCopyHasNoEffect() throws Exception {
    try (LaunchedAgent agent = launch("lazy")) {
      assertThat(agent.output().readLine()).isEqualTo("ready");
      Path evil =
          TestJar.of(
              directory.resolve("evil.jar"),
              Map.of("Main-Class", EvilAgent.class.getName()),
              EvilAgent.class);
      Files.copy(evil, jar, StandardCopyOption.REPLACE_EXISTING);
      Files.write(jar, Files.readAllBytes(evil));
      agent.process().outputWriter().append("\n").flush();
      assertThat(agent.output().readLine()).isEqualTo("good");
    }
  }

  @Test
  void runsInAnEmptyPrivateDirectoryAndRemovesIt() throws Exception {
    try (LaunchedAgent agent = launch("directory")) {
      assertThat(agent.all()).contains("/launch-").contains("/work\nfiles=0");
      assertThat(agent.exit()).isZero();
      assertNothingLeft();
    }
  }

  @Test
  void isIsolatedAsItSays() throws Exception {
    try (LaunchedAgent agent = launch("status")) {
      assertThat(agent.all()).containsPattern("NoNewPrivs:\\s+1");
      assertThat(agent.errors()).contains("no-new-privileges", "dies-with-launcher");
    }
  }

  @Test
  void attack66RunsAsAnotherUser() throws Exception {
    assumeThat(isRoot()).isTrue();
    try (LaunchedAgent agent = new LaunchedAgent(directory, jar, Map.of(), asNobody(), "status")) {
      assertThat(agent.all())
          .containsPattern("Uid:\\s+65534\\s+65534\\s+65534\\s+65534")
          .containsPattern("Groups:\\s*\n")
          .containsPattern("CapEff:\\s+0+\n")
          .containsPattern("CapBnd:\\s+0+\n");
      assertThat(agent.errors()).contains("other-user");
    }
  }

  @Test
  void attack28AnotherUserCannotChangeItsCopy() throws Exception {
    assumeThat(isRoot()).isTrue();
    try (LaunchedAgent agent =
        new LaunchedAgent(directory, jar, Map.of(), asNobody(), "overwrite")) {
      assertThat(agent.all()).contains("kept: AccessDeniedException");
    }
  }

  @Test
  void attack66AHardenedLauncherCannotBeRead() throws Exception {
    try (LaunchedAgent agent =
        new LaunchedAgent(directory, jar, Map.of(), List.of("-Dharden=true"), "sleep")) {
      assertThat(agent.output().readLine()).isEqualTo("ready");
      assertThat(agent.errors())
          .contains("NOT_DUMPABLE")
          .contains("NO_CORE_FILES")
          .contains("ATTACH_SHUT: another process of this user could load code");
      Path proc = ROOT_PROC.resolve(Long.toString(agent.process().pid()));
      assertThat(Files.readString(proc.resolve("limits")))
          .containsPattern("Max core file size\\s+0\\s+0");
      if (agent.errors().contains("MEMORY_LOCKED: ")) {
        assertThat(agent.errors()).contains("mlockall failed");
      } else {
        assertThat(Files.readString(proc.resolve("status")))
            .doesNotContainPattern("VmLck:\\s+0 kB");
      }
    }
  }

  @Test
  void attack66TheKernelHidesAHardenedProcessFromItsOwnUser() throws Exception {
    List<Class<?>> classes = new ArrayList<>(List.of(HardenedProbe.class));
    for (Class<?> type : List.of(LauncherHardening.class, Libc.class)) {
      classes.add(type);
      classes.addAll(List.of(type.getDeclaredClasses()));
    }
    Path probe =
        TestJar.of(
            directory.resolve("hardened.jar"),
            Map.of(
                "Main-Class", HardenedProbe.class.getName(), "Enable-Native-Access", "ALL-UNNAMED"),
            classes.toArray(Class<?>[]::new));
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      // For root's own processes the difference cannot be seen.
      asNobody();
      command.addAll(
          List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"));
    }
    command.addAll(
        List.of(
            LaunchedAgent.RUNTIME.resolve("bin/java").toString(),
            "-XX:+DisableAttachMechanism",
            "-jar",
            probe.toString()));
    Process process = new ProcessBuilder(command).start();
    try {
      assertThat(process.inputReader().readLine()).contains("NOT_DUMPABLE").contains("ATTACH_SHUT");
      Path memory = ROOT_PROC.resolve(process.pid() + "/mem");
      assertThat(Files.getOwner(memory).getName()).isEqualTo("root");
    } finally {
      process.destroyForcibly();
    }
  }

  private LaunchedAgent launch(String... arguments) throws IOException {
    return new LaunchedAgent(directory, jar, Map.of(), List.of(), arguments);
  }

  private List<String> asNobody() throws IOException, InterruptedException {
    new ProcessBuilder("chmod", "a+x", directory.toString()).start().waitFor();
    return List.of("-Dagent.uid=65534");
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** The launcher says so when it forwards signals. */
  private static void awaitAgent(LaunchedAgent agent) {
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> agent.errors().contains("forwarding"));
  }

  private static void kill(String signal, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.filter(path -> path.getFileName().toString().startsWith("launch-")))
          .isEmpty();
    }
  }
}
