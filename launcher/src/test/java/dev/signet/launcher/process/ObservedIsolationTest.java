// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel shows of a process while it becomes the agent. */
class ObservedIsolationTest {
  private static final Path JAVA = Path.of("/opt/jre/bin/java");

  @TempDir Path proc;

  private void shows(String exe, String arguments) throws IOException {
    Files.deleteIfExists(proc.resolve("exe"));
    Files.createSymbolicLink(proc.resolve("exe"), Path.of(exe));
    Files.writeString(proc.resolve("cmdline"), arguments);
  }

  /** As Linux 6.1 showed it under emulation: java, with what setpriv had the right to do. */
  @Test
  void programThatIsBeingExecutedDoesNotRunYet() throws IOException {
    shows("/usr/bin/setpriv", "/usr/bin/setpriv\0--\0/opt/jre/bin/java\0");
    assertThat(ObservedIsolation.runs(proc, JAVA)).isFalse();
    shows("/opt/jre/bin/java", "");
    assertThat(ObservedIsolation.runs(proc, JAVA)).isFalse();
    shows("/opt/jre/bin/java", "/opt/jre/bin/java\0-jar\0");
    assertThat(ObservedIsolation.runs(proc, JAVA)).isTrue();
  }

  @Test
  void processThatEndedIsAnError() {
    assertThatThrownBy(() -> ObservedIsolation.runs(proc, JAVA)).isInstanceOf(IOException.class);
  }
}
