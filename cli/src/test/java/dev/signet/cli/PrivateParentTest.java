// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateParentTest {
  @TempDir Path runtime;

  @BeforeEach
  void close() throws Exception {
    mode(runtime, "rwx------");
  }

  @Test
  void makesItsDirectoryAndTakesItAgain() throws Exception {
    Path made = PrivateParent.inRuntimeDirectory(runtime);
    assertThat(Files.getPosixFilePermissions(made))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(PrivateParent.inRuntimeDirectory(runtime)).isEqualTo(made);
  }

  @Test
  void refusesADirectoryThatOthersMayEnter() throws Exception {
    mode(PrivateParent.inRuntimeDirectory(runtime), "rwxrwx---");
    refuses("GROUP_WRITE");
  }

  @Test
  void refusesARuntimeDirectoryThatOthersMayWrite() throws Exception {
    mode(runtime, "rwxrwxrwx");
    refuses("OTHERS_WRITE");
  }

  @Test
  void refusesALink() throws Exception {
    Files.createSymbolicLink(
        runtime.resolve("signet"), Files.createDirectory(runtime.resolve("elsewhere")));
    refuses("expected a directory");
  }

  @Test
  void refusesTheDirectoryOfAnotherUser() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    Files.setAttribute(PrivateParent.inRuntimeDirectory(runtime), "unix:uid", 65534);
    refuses("its owner is 65534");
  }

  private void refuses(String why) {
    assertThatThrownBy(() -> PrivateParent.inRuntimeDirectory(runtime))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(why);
  }

  private static void mode(Path path, String mode) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
