// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JAR that needs another, started by the code that starts agents. */
class ClassPathLaunchIT {
  @TempDir Path directory;
  private Path jar;
  private Path library;

  @BeforeEach
  void makeJars() throws IOException {
    jar = TestJar.of(directory.resolve("agent.jar"), Map.of(), ProbeAgent.class);
    library = TestJar.of(directory.resolve("library.jar"), Map.of(), LazyPart.class);
  }

  @Test
  void startsTheMainClassFromTheClassPath() throws Exception {
    try (LaunchedAgent agent = launch(library.toString(), "lazy")) {
      agent.process().outputWriter().append("\n").flush();
      assertThat(agent.all()).isEqualTo("ready\ngood\n");
      assertThat(agent.exit()).isZero();
    }
  }

  @Test
  void attack28ReplacingALibraryAfterTheCopyHasNoEffect() throws Exception {
    try (LaunchedAgent agent = launch(library.toString(), "lazy")) {
      BufferedReader output = agent.output();
      assertThat(output.readLine()).isEqualTo("ready");
      Files.write(library, new byte[] {0});
      agent.process().outputWriter().append("\n").flush();
      assertThat(output.readLine()).isEqualTo("good");
    }
  }

  @Test
  void attack30NothingButTheCopiesIsOnTheClassPath() throws Exception {
    Files.createDirectory(directory.resolve("*"));
    try (LaunchedAgent agent = launch(library.toString(), "properties")) {
      String path =
          agent.all().lines().filter(l -> l.startsWith("java.class.path=")).findAny().orElseThrow();
      assertThat(path)
          .matches("java.class.path=/[^:]*/jar/agent\\.jar:/[^:]*/jar/001\\.jar")
          .doesNotContain("library");
    }
  }

  @Test
  void libraryThatIsNotNamedIsNotThere() throws Exception {
    Path other = TestJar.of(directory.resolve("other.jar"), Map.of());
    try (LaunchedAgent agent = launch(other.toString(), "lazy")) {
      agent.process().outputWriter().append("\n").flush();
      assertThat(agent.all()).isEqualTo("ready\n");
      assertThat(agent.exit()).isEqualTo(1);
    }
  }

  private LaunchedAgent launch(String classPath, String... arguments) throws IOException {
    return new LaunchedAgent(
        directory,
        jar,
        Map.of(),
        List.of("-Dagent.class.path=" + classPath, "-Dagent.main=" + ProbeAgent.class.getName()),
        arguments);
  }
}
