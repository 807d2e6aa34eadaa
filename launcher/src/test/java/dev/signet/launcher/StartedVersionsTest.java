// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.StateApproval.Floor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartedVersionsTest {
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/a");
  private static final String VERIFIER = "https://verifier.example";

  @TempDir Path state;

  @Test
  void firstBuildMayBeAnyThatTheVerifierApproves() throws IOException {
    assertThat(mayStart(1, floor(0, 0))).isTrue();
    assertThat(mayStart(1, floor(1, 7))).isTrue();
  }

  @Test
  void attack51OlderBuildDoesNotStartAfterANewerOne() throws IOException {
    start(3, floor(0, 0));
    assertThat(mayStart(2, floor(0, 0))).isFalse();
    assertThat(mayStart(3, floor(0, 0))).isTrue();
    assertThat(mayStart(4, floor(0, 0))).isTrue();
    start(2, floor(0, 0));
    assertThat(mayStart(2, floor(0, 0))).as("noting an older one does not lower it").isFalse();
  }

  @Test
  void olderBuildStartsOnceTheFloorWasLowered() throws IOException {
    start(3, floor(3, 4));
    assertThat(mayStart(2, floor(2, 5))).isTrue();
    start(2, floor(2, 5));
    assertThat(mayStart(2, floor(2, 5))).isTrue();
    assertThat(mayStart(1, floor(0, 5))).as("lowered once, used once").isFalse();
    start(3, floor(2, 5));
    assertThat(mayStart(2, floor(2, 5))).isFalse();
  }

  @Test
  void attack51VerifierThatForgotDoesNotBringOldBuildsBack() throws IOException {
    start(3, floor(3, 2));
    assertThat(mayStart(2, floor(0, 0))).isFalse();
    assertThat(mayStart(2, floor(0, 2))).isFalse();
    start(4, floor(0, 0));
    assertThat(mayStart(3, floor(0, 2))).as("its count is not forgotten").isFalse();
  }

  @Test
  void loweringsBeforeANewerStartDoNotCount() throws IOException {
    start(2, floor(0, 0));
    start(3, floor(0, 1));
    assertThat(mayStart(2, floor(0, 1))).isFalse();
  }

  @Test
  void agentsAndVerifiersHaveTheirOwn() throws IOException {
    start(3, floor(0, 0));
    AgentId other = new AgentId("spiffe://example.org/agent/b");
    assertThat(new StartedVersions(state, VERIFIER).find(other)).isEmpty();
    assertThat(new StartedVersions(state, "https://other.example").find(AGENT)).isEmpty();
    assertThat(new StartedVersions(state, VERIFIER).find(AGENT)).isPresent();
  }

  @Test
  void attack51DamagedFileStartsNothing() throws IOException {
    start(3, floor(0, 0));
    Path file = only(".json");
    for (String content : List.of("", "{}", Files.readString(file).replace("agent/a", "agent/b"))) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> mayStart(9, floor(0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void isItsOwnersAlone() throws IOException {
    start(3, floor(0, 0));
    Path file = only(".json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void launchesAtTheSameTimeKeepTheHighest() throws Exception {
    List<Process> launchers = new ArrayList<>();
    for (String version : List.of("3", "5", "2", "4")) {
      launchers.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Starting.class.getName(),
                  state.toString(),
                  version)
              .inheritIO()
              .start());
    }
    for (Process launcher : launchers) {
      assertThat(launcher.waitFor()).isZero();
    }
    assertThat(new StartedVersions(state, VERIFIER).find(AGENT).orElseThrow().securityVersion())
        .isEqualTo(5);
  }

  /** A launcher of its own. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] args) throws IOException {
      new StartedVersions(Path.of(args[0]), VERIFIER)
          .starting(AGENT, Long.parseLong(args[1]), floor(0, 0));
    }
  }

  private Path only(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(state.resolve("versions"))) {
      return files.filter(f -> f.toString().endsWith(suffix)).findFirst().orElseThrow();
    }
  }

  private boolean mayStart(long version, Floor floor) throws IOException {
    return VersionCheck.of(new StartedVersions(state, VERIFIER), AGENT, version).permits(floor);
  }

  private void start(long version, Floor floor) throws IOException {
    new StartedVersions(state, VERIFIER).starting(AGENT, version, floor);
  }

  private static Floor floor(long securityVersion, long lowered) {
    return new Floor(securityVersion, lowered);
  }
}
