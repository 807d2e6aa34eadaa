// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateCopyTest {
  @TempDir Path temporary;
  private LaunchDirectory directory;
  private Path source;

  @BeforeEach
  void start() throws IOException {
    directory = LaunchDirectory.create(temporary, Optional.empty());
    source = Files.write(temporary.resolve("a.jar"), new byte[100_000]);
  }

  @AfterEach
  void stop() throws IOException {
    directory.close();
    assertThat(directory.jar().getParent()).doesNotExist();
  }

  @Test
  void measuresTheCopyAndNobodyElseCanReadIt() throws IOException {
    try (PrivateCopy copy = PrivateCopy.of(source, directory, 100_000)) {
      assertThat(copy.digest()).isEqualTo(Digest.hash(new byte[100_000]));
      assertThat(copy.bytes()).isEqualTo(100_000);
      assertThat(permissions(copy.path())).isEqualTo("r--------");
      assertThat(permissions(directory.jar().getParent())).isEqualTo("rwx------");
      Files.write(source, new byte[] {1});
      copy.requireUnchanged();
    }
  }

  @Test
  void attack28NoticesACopyThatWasOverwritten() throws IOException {
    try (PrivateCopy copy = PrivateCopy.of(source, directory, 100_000)) {
      Files.setPosixFilePermissions(copy.path(), PosixFilePermissions.fromString("rw-------"));
      Files.write(copy.path(), new byte[] {1});
      assertThatThrownBy(copy::requireUnchanged)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was changed: measured sha256:");
    }
  }

  @Test
  void attack28NoticesACopyThatWasReplaced() throws IOException {
    try (PrivateCopy copy = PrivateCopy.of(source, directory, 100_000)) {
      Files.delete(copy.path());
      Files.write(copy.path(), new byte[100_000]);
      assertThatThrownBy(copy::requireUnchanged)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was replaced");
    }
  }

  @Test
  void attack28DoesNotStartACopyThatWasChanged() throws IOException {
    Path jar = TestJar.probe(temporary);
    try (PrivateCopy copy = PrivateCopy.of(jar, directory, 1_000_000)) {
      JarLaunch launch =
          JarLaunch.plan(
              copy,
              directory,
              new JarLaunch.Options(
                  LaunchedAgent.RUNTIME,
                  java.util.List.of(),
                  java.util.List.of("exit", "0"),
                  java.util.Map.of(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              java.util.Map.of());
      Files.delete(copy.path());
      Files.copy(source, copy.path());
      assertThatThrownBy(() -> AgentProcess.start(launch, () -> {}))
          .hasMessageContaining("was replaced");
    }
  }

  @Test
  void refusesLinksDirectoriesAndPipes() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link.jar"), source);
    Path pipe = temporary.resolve("pipe.jar");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path other : new Path[] {link, temporary, pipe, Path.of("/dev/zero")}) {
      assertThatThrownBy(() -> PrivateCopy.of(other, directory, 100_000))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("regular file");
    }
  }

  @Test
  void refusesAJarOverTheLimit() {
    assertThatThrownBy(() -> PrivateCopy.of(source, directory, 99_999))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer than the 99999 bytes");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
