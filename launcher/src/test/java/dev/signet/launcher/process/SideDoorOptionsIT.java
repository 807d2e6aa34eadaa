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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * JVM options that change what runs. Each is first seen to work with {@code java -jar}; then
 * somebody who may choose the options of a launch, but not the agent, tries it.
 */
class SideDoorOptionsIT {
  /** Makes its files and gives the options that use them. */
  private interface Door {
    List<String> options(EvilCode evil) throws IOException;
  }

  private static final String EVIL = "EVIL";
  private static final String LISTENS = "Listening for transport dt_socket";
  private static final String JDWP = "transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";
  private static final Path LIBRARIES = LaunchedAgent.RUNTIME.resolve("lib");

  @TempDir Path directory;

  static Stream<Arguments> doors() {
    return Stream.concat(code(), Stream.concat(files(), settings()));
  }

  /** Code put beside the agent's. */
  private static Stream<Arguments> code() {
    return Stream.of(
        door("an agent", EVIL, e -> List.of("-javaagent:" + e.agent()), "arguments"),
        door("a debugger", LISTENS, e -> List.of("-agentlib:jdwp=" + JDWP), "arguments"),
        door(
            "a native agent",
            LISTENS,
            e -> List.of("-agentpath:" + LIBRARIES.resolve("libjdwp.so") + "=" + JDWP),
            "arguments"),
        door("an old debugger", LISTENS, e -> List.of("-Xrunjdwp:" + JDWP), "arguments"),
        door(
            "boot class path",
            EVIL,
            e -> List.of("-Xbootclasspath/a:" + e.compiled("boot", "", "Evil")),
            "load",
            "Evil"),
        door(
            "patched module",
            EVIL,
            e -> {
              String own = "--patch-module=java.base=";
              String sources = own + e.directory().resolve("patch.src");
              return List.of(own + e.compiled("patch", "java.lang", "Evil", sources));
            },
            "load",
            "java.lang.Evil"),
        door(
            "upgraded module",
            EVIL,
            e ->
                List.of(
                    "--limit-modules=java.compiler",
                    "--upgrade-module-path=" + e.module("java.compiler", "javax.lang.model")),
            "load",
            "javax.lang.model.Evil"),
        door(
            "module path",
            EVIL,
            e -> List.of("--module-path=" + e.module("extra", "extra"), "--add-modules=extra"),
            "load",
            "extra.Evil"),
        door(
            "class loader",
            "Evil[.]<init>",
            e ->
                List.of(
                    "-Xbootclasspath/a:" + e.compiled("loader", "", "Evil"),
                    "-Djava.system.class.loader=Evil"),
            "arguments"),
        door(
            "library path",
            "LOADED",
            e -> List.of("-Djava.library.path=" + e.library("libevil.so").getParent()),
            "library",
            "evil"));
  }

  /** Files that the JVM reads its settings from, or its classes. */
  private static Stream<Arguments> files() {
    return Stream.of(
        door(
            "argument file",
            EVIL,
            e -> List.of("@" + e.file("words", "-javaagent:" + e.agent())),
            "arguments"),
        door(
            "options file",
            EVIL,
            e -> List.of("-XX:VMOptionsFile=" + e.file("options", "-javaagent:" + e.agent())),
            "arguments"),
        door(
            "flags file",
            "-XX:[+]PrintCommandLineFlags",
            e -> List.of("-XX:Flags=" + e.file(".hotspotrc", "+PrintCommandLineFlags\n")),
            "arguments"),
        door(
            "security settings",
            EVIL,
            e -> List.of("-Djava.security.properties=" + e.file("s", "keystore.type=EVIL\n")),
            "security",
            "keystore.type"),
        door(
            "class data archive",
            "Unable to use shared archive",
            e -> List.of("-Xshare:on", "-XX:SharedArchiveFile=" + e.file("c.jsa", "garbage")),
            "arguments"),
        door(
            "ahead-of-time cache",
            "error has occurred while processing the AOT cache",
            e -> List.of("-XX:AOTMode=on", "-XX:AOTCache=" + e.file("c.aot", "garbage")),
            "arguments"),
        door(
            "compiler directives",
            "2 compiler directives added",
            e ->
                List.of(
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:CompilerDirectivesFile="
                        + e.file("d", "[{match:\"*.*\",Log:true},{match:\"x.*\",Log:true}]"),
                    "-XX:+CompilerDirectivesPrint"),
            "arguments"));
  }

  /** Programs started, files written, doors opened from within. */
  private static Stream<Arguments> settings() {
    return Stream.of(
        door(
            "heap dump",
            EVIL,
            e -> List.of("-XX:+HeapDumpOnOutOfMemoryError", "-XX:HeapDumpPath=EVIL.hprof"),
            "memory"),
        door(
            "program at the end of memory",
            EVIL,
            e -> List.of("-XX:OnOutOfMemoryError=touch EVIL"),
            "memory"),
        door(
            "remote management",
            "RMI TCP Accept",
            e ->
                List.of(
                    "-Dcom.sun.management.jmxremote.port=0",
                    "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                    "-Dcom.sun.management.jmxremote.authenticate=false",
                    "-Dcom.sun.management.jmxremote.ssl=false"),
            "threads"),
        door("log file", EVIL, e -> List.of("-Xlog:gc:file=EVIL.log"), "arguments"),
        door(
            "flight recording",
            EVIL,
            e -> List.of("-XX:StartFlightRecording=filename=EVIL.jfr"),
            "arguments"),
        door(
            "opened package",
            "OPENED",
            e -> List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"),
            "reflect"));
  }

  private static Arguments door(String name, String trace, Door door, String... agent) {
    return arguments(name, trace, door, List.of(agent));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("doors")
  void attack29OptionsThatChangeWhatRuns(String name, String trace, Door door, List<String> agent)
      throws Exception {
    Path jar = TestJar.probe(directory);
    Path work = Files.createDirectory(directory.resolve("work"));
    List<String> options = door.options(new EvilCode(directory));
    List<String> words = new ArrayList<>(options);
    words.addAll(List.of("-Xmx64m", "-jar", jar.toString()));
    words.addAll(agent);
    assertThat(PlainJava.run(work, Map.of(), words)).as("without Signet").containsPattern(trace);

    Path empty = Files.createDirectory(directory.resolve("empty"));
    List<String> given =
        List.of("-Dagent.cwd=" + empty, "-Dagent.jvm=" + String.join("\n", options));
    try (LaunchedAgent launched =
        new LaunchedAgent(directory, jar, Map.of(), given, agent.toArray(String[]::new))) {
      String seen = launched.all() + PlainJava.names(empty);
      assertThat(launched.exit()).isEqualTo(1);
      assertThat(launched.errors()).contains("is not accepted: it may load or change code");
      assertThat(seen).doesNotContainPattern(trace).isEmpty();
    }
  }
}
