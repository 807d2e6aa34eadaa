// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What another process of the same user does to a running JVM, and what a JVM leaves for others.
 * Each is first seen to work on plain Java.
 */
class SideDoorAttachIT {
  /** Tries to get code or data in or out of a running process. */
  private interface Door {
    void open(long pid, EvilCode evil) throws Exception;
  }

  private static final Path TEMPORARY = Path.of("/tmp");

  @TempDir Path directory;
  private Path jar;
  private EvilCode evil;
  private Path work;

  @BeforeEach
  void make() throws IOException {
    jar = TestJar.probe(directory);
    evil = new EvilCode(directory);
    work = Files.createDirectory(directory.resolve("work"));
  }

  static Stream<Arguments> doors() {
    return Stream.of(
        arguments("the attach API", (Door) SideDoorAttachIT::attachApi),
        arguments("jcmd", (Door) SideDoorAttachIT::jcmd),
        arguments("SIGQUIT and .attach_pid, by hand", (Door) SideDoorAttachIT::byHand));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("doors")
  void attack29NoAgentIsLoadedIntoTheRunningAgent(String name, Door door) throws Exception {
    try (PlainJava plain = plain("lazy")) {
      BufferedReader output = plain.process().inputReader();
      assertThat(output.readLine()).isEqualTo("ready");
      door.open(plain.process().pid(), evil);
      assertThat(output.readLine()).as("without Signet").startsWith("EVIL in ");
    }
    try (LaunchedAgent launched = launched("lazy")) {
      BufferedReader output = launched.output();
      assertThat(output.readLine()).isEqualTo("ready");
      door.open(agent(launched), evil);
      launched.process().outputWriter().append("\n").flush();
      assertThat(output.lines().filter(line -> line.startsWith("EVIL") || line.equals("good")))
          .containsExactly("good");
      assertThat(launched.exit()).isZero();
    }
  }

  /** An endpoint for management, opened from outside, with its own words for the JVM. */
  @Test
  void attack29NoManagementIsSwitchedOnInTheRunningAgent() throws Exception {
    try (PlainJava plain = plain("sleep")) {
      assertThat(plain.process().inputReader().readLine()).isEqualTo("ready");
      assertThat(jcmd(plain.process().pid(), "ManagementAgent.start_local"))
          .as("without Signet")
          .contains("Command executed successfully");
    }
    try (LaunchedAgent launched = launched("sleep")) {
      assertThat(launched.output().readLine()).isEqualTo("ready");
      assertThat(jcmd(agent(launched), "ManagementAgent.start_local"))
          .contains("AttachNotSupportedException");
    }
  }

  @Test
  void attack29LeavesNoCountersForOthers() throws Exception {
    Path counters = TEMPORARY.resolve("hsperfdata_" + System.getProperty("user.name"));
    try (PlainJava plain = plain("sleep")) {
      assertThat(plain.process().inputReader().readLine()).isEqualTo("ready");
      assertThat(counters.resolve("" + plain.process().pid())).as("without Signet").exists();
    }
    try (LaunchedAgent launched = launched("sleep")) {
      assertThat(launched.output().readLine()).isEqualTo("ready");
      assertThat(counters.resolve("" + agent(launched))).doesNotExist();
    }
  }

  /** The error file holds registers, stack and variables of the process. */
  @Test
  void attack29CrashLeavesNoMemoryWhereOthersRead() throws Exception {
    try (PlainJava plain = plain("sleep")) {
      assertThat(plain.process().inputReader().readLine()).isEqualTo("ready");
      signal("SEGV", plain.process().pid());
      assertThat(plain.all()).as("without Signet").contains("hs_err_pid");
    }
    Path empty = Files.createDirectory(directory.resolve("empty"));
    try (LaunchedAgent launched =
        new LaunchedAgent(directory, jar, Map.of(), List.of("-Dagent.cwd=" + empty), "sleep")) {
      assertThat(launched.output().readLine()).isEqualTo("ready");
      long pid = agent(launched);
      signal("SEGV", pid);
      assertThat(launched.all()).contains("A fatal error has been detected");
      assertThat(launched.exit()).isEqualTo(1);
      assertThat(empty).isEmptyDirectory();
      assertThat(TEMPORARY.resolve("hs_err_pid" + pid + ".log")).doesNotExist();
      assertThat(PlainJava.names(directory)).doesNotContain("launch-");
    }
  }

  private PlainJava plain(String action) throws IOException {
    return PlainJava.start(
        LaunchedAgent.RUNTIME, work, Map.of(), List.of("-jar", jar.toString(), action));
  }

  private LaunchedAgent launched(String action) throws IOException {
    return new LaunchedAgent(directory, jar, Map.of(), List.of(), action);
  }

  private static long agent(LaunchedAgent launched) {
    return Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(launched::agentPid, found -> found > 0);
  }

  private static void attachApi(long pid, EvilCode evil) throws Exception {
    String agent = evil.agent().toString();
    try {
      VirtualMachine vm = VirtualMachine.attach(Long.toString(pid));
      vm.loadAgent(agent);
      vm.detach();
    } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
      // Refused in words; what counts is the trace that the caller looks for.
      return;
    }
  }

  private static void jcmd(long pid, EvilCode evil) throws Exception {
    jcmd(pid, "JVMTI.agent_load", evil.agent().toString());
  }

  private static String jcmd(long pid, String... command) throws Exception {
    String program = LaunchedAgent.RUNTIME.resolve("bin/jcmd").toString();
    // It would wait for 10 s for a JVM that is deaf.
    String patience = "-J-Dsun.tools.attach.attachTimeout=5000";
    List<String> words =
        Stream.concat(Stream.of(program, patience, Long.toString(pid)), Stream.of(command))
            .toList();
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** What the attach API does inside, by somebody who has no JDK. */
  private static void byHand(long pid, EvilCode evil) throws Exception {
    Path asked = Path.of("/proc/" + pid + "/cwd/.attach_pid" + pid);
    Path elsewhere = TEMPORARY.resolve(".attach_pid" + pid);
    Path socket = TEMPORARY.resolve(".java_pid" + pid);
    Files.createFile(asked);
    Files.createFile(elsewhere);
    try {
      signal("QUIT", pid);
      if (appears(socket)) {
        loadAgent(socket, evil.agent());
      }
    } finally {
      Files.deleteIfExists(asked);
      Files.deleteIfExists(elsewhere);
    }
  }

  private static boolean appears(Path socket) {
    try {
      Awaitility.await().atMost(3, TimeUnit.SECONDS).until(() -> Files.exists(socket));
      return true;
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      return false;
    }
  }

  private static void loadAgent(Path socket, Path agent) throws IOException {
    String request = "1\0load\0instrument\0false\0" + agent + "\0";
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      while (channel.read(answer) > 0) {
        assertThat(answer.hasRemaining()).isTrue();
      }
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
  }
}
