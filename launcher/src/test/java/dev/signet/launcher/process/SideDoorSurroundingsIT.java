// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a JVM and the dynamic linker take from around them without being told: variables and files
 * of the working directory. Each is first seen to work with plain Java.
 */
class SideDoorSurroundingsIT {
  /** Variables, by name. */
  private interface Door {
    Map<String, String> variables(EvilCode evil) throws IOException;
  }

  /** What the launcher's own JVM prints does not count: it is not the agent. */
  private static final String EVIL = "EVIL in (?!dev[.]signet[.]launcher[.]process[.]TestLauncher)";

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

  static Stream<Arguments> variables() {
    Door agent = e -> Map.of("JAVA_TOOL_OPTIONS", "-javaagent:" + e.agent());
    return Stream.of(
        arguments("JAVA_TOOL_OPTIONS", EVIL, agent, "arguments"),
        arguments("_JAVA_OPTIONS", EVIL, renamed(agent, "_JAVA_OPTIONS"), "arguments"),
        arguments("JDK_JAVA_OPTIONS", EVIL, renamed(agent, "JDK_JAVA_OPTIONS"), "arguments"),
        arguments(
            "JDK_JAVA_OPTIONS with an argument file",
            EVIL,
            (Door)
                e -> Map.of("JDK_JAVA_OPTIONS", "@" + e.file("words", "-javaagent:" + e.agent())),
            "arguments"),
        arguments(
            "LD_PRELOAD",
            "evilpreload",
            (Door) e -> Map.of("LD_PRELOAD", e.library("evilpreload.so").toString()),
            "maps"),
        arguments(
            "LD_LIBRARY_PATH",
            "native/libm.so.6",
            (Door)
                e -> {
                  Path own = e.library("libm.so.6");
                  Files.delete(own);
                  Files.copy(loaded("libm.so.6"), own);
                  return Map.of("LD_LIBRARY_PATH", own.getParent().toString());
                },
            "maps"));
  }

  private static Door renamed(Door door, String name) {
    return e -> Map.of(name, door.variables(e).get("JAVA_TOOL_OPTIONS"));
  }

  private static Path loaded(String library) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.endsWith("/" + library))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .orElseThrow();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("variables")
  void attack29VariablesOfTheLauncherDoNotReachTheAgent(
      String name, String trace, Door door, String action) throws Exception {
    Map<String, String> variables = door.variables(evil);
    assertThat(PlainJava.run(work, variables, List.of("-jar", jar.toString(), action)))
        .as("without Signet")
        .containsPattern(trace);
    try (LaunchedAgent launched = new LaunchedAgent(directory, jar, variables, List.of(), action)) {
      assertThat(launched.all()).isNotEmpty().doesNotContainPattern(trace);
      assertThat(launched.exit()).as(launched.errors()).isZero();
    }
  }

  /** {@code java -jar} does not look at it; a program started by its class does. */
  @Test
  void attack29ClassPathOfTheLauncherDoesNotReachTheAgent() throws Exception {
    Path classes = evil.compiled("classes", "", "Evil");
    Map<String, String> variables = Map.of("CLASSPATH", classes + ":" + jar);
    assertThat(PlainJava.run(work, variables, List.of(ProbeAgent.class.getName(), "load", "Evil")))
        .as("without Signet")
        .containsPattern(EVIL);
    try (LaunchedAgent launched =
        new LaunchedAgent(directory, jar, variables, List.of(), "load", "Evil")) {
      assertThat(launched.all()).isEmpty();
      assertThat(launched.errors()).contains("ClassNotFoundException: Evil");
    }
  }

  static Stream<Arguments> files() {
    return Stream.of(
        arguments(
            ".hotspotrc", "[+]PrintCommandLineFlags", List.of("-XX:Flags=.hotspotrc"), "arguments"),
        arguments(
            ".hotspot_compiler",
            "CompileCommand: quiet|Excluding compile|exclude",
            List.of("-XX:CompileCommandFile=.hotspot_compiler"),
            "arguments"),
        arguments(
            "java.security",
            "EVIL",
            List.of("-Djava.security.properties=java.security"),
            "security"),
        arguments("META-INF/services", "EVIL", List.of("-Xbootclasspath/a:."), "services"),
        arguments("JDK_JAVA_OPTIONS", "EVIL", List.of("@JDK_JAVA_OPTIONS"), "arguments"));
  }

  /** An operator may name a working directory, and who may write it is not asked. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void attack29FilesOfTheWorkingDirectoryAreNotRead(
      String name, String trace, List<String> reading, String action) throws Exception {
    evil.file("work/.hotspotrc", "+PrintCommandLineFlags\n");
    evil.file("work/.hotspot_compiler", "exclude java.lang.String.hashCode\n");
    evil.file("work/java.security", "keystore.type=EVIL\n");
    evil.file("work/META-INF/services/java.lang.Runnable", "Evil\n");
    evil.file("work/JDK_JAVA_OPTIONS", "-javaagent:" + evil.agent());
    evil.compiled("work", "", "Evil");
    List<String> words = new ArrayList<>(reading);
    words.addAll(List.of("-jar", jar.toString(), action, "keystore.type"));
    assertThat(PlainJava.run(work, Map.of(), words))
        .as("where Java is told to read it")
        .containsPattern(trace);
    try (LaunchedAgent launched =
        new LaunchedAgent(
            directory, jar, Map.of(), List.of("-Dagent.cwd=" + work), action, "keystore.type")) {
      assertThat(launched.all()).doesNotContainPattern(trace);
      assertThat(launched.exit()).as(launched.errors()).isZero();
    }
  }
}
