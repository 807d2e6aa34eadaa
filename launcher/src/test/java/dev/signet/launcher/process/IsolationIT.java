// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tries every way out that {@link EscapeAgent} knows, from an agent that is isolated in full, and,
 * so that each is seen to be one, from an agent that is not. Needs root.
 */
class IsolationIT {
  private HostOfEscapes host;
  private Path directory;
  private Path jar;

  @BeforeEach
  void prepare() throws Exception {
    Optional<String> missing = AgentSpace.missing();
    assumeTrue(missing.isEmpty(), () -> "no full isolation here: " + missing.get());
    directory = Files.createTempDirectory("signet-isolation");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    jar =
        TestJar.of(
            directory.resolve("escape.jar"),
            Map.of(
                "Main-Class", EscapeAgent.class.getName(), "Enable-Native-Access", "ALL-UNNAMED"),
            Stream.concat(
                    Stream.of(EscapeAgent.class), Stream.of(EscapeAgent.class.getDeclaredClasses()))
                .toArray(Class<?>[]::new));
    host = new HostOfEscapes();
  }

  @AfterEach
  void clean() throws Exception {
    if (host != null) {
      host.close();
      try (Stream<Path> left = Files.list(directory)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  @Test
  void attack43And66NoWayLeadsOutOfFullIsolation() throws Exception {
    Map<String, String> without = attempt(false);
    assertThat(without)
        .as("without isolation")
        .isNotEmpty()
        .allSatisfy((way, found) -> assertThat(found).as(way).isEqualTo("works"));

    Map<String, String> with = attempt(true);

    assertThat(with.keySet()).isEqualTo(without.keySet());
    assertThat(with)
        .as("isolated")
        .allSatisfy((way, found) -> assertThat(found).as(way).startsWith("kept "));
  }

  private Map<String, String> attempt(boolean full) throws Exception {
    List<String> options = new ArrayList<>(List.of("-Dagent.full=" + full));
    try (LaunchedAgent agent =
        new LaunchedAgent(directory, jar, Map.of(), options, host.ways().toArray(String[]::new))) {
      Map<String, String> found = new TreeMap<>();
      for (String line = agent.output().readLine();
          line != null && !line.equals("tried");
          line = agent.output().readLine()) {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          found.put(line.substring(0, colon), line.substring(colon + 2));
        }
      }
      agent.process().getOutputStream().close();
      assertThat(agent.exit()).as(agent.errors()).isZero();
      assertThat(found).as(agent.errors()).hasSize(host.ways().size());
      return found;
    }
  }
}
