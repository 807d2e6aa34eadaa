// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherDigestTest {
  @TempDir private Path directory;

  @Test
  void isOverTheSortedLinesOfTheFilesOnTheClassPath() throws IOException {
    Path one = file("b.jar", "one");
    Path two = file("a.jar", "two");
    List<String> lines =
        List.of(
            Digest.hash("one".getBytes(StandardCharsets.UTF_8)).toHex() + "  b.jar\n",
            Digest.hash("two".getBytes(StandardCharsets.UTF_8)).toHex() + "  a.jar\n");
    String sorted = String.join("", lines.stream().sorted().toList());
    Digest expected = Digest.hash(sorted.getBytes(StandardCharsets.UTF_8));
    assertThat(LauncherDigest.of(one + ":" + two, List.of())).isEqualTo(expected);
    assertThat(LauncherDigest.of(two + ":" + one, List.of())).isEqualTo(expected);
  }

  @Test
  void countsTheArchivesThatCodeIsTakenFrom() throws IOException {
    String jar = file("a.jar", "one").toString();
    Path cache = file("a.aot", "code");
    Digest with = LauncherDigest.of(jar, List.of(cache));
    assertThat(with).isNotEqualTo(LauncherDigest.of(jar, List.of()));
    Files.writeString(cache, "other code");
    assertThat(LauncherDigest.of(jar, List.of(cache))).isNotEqualTo(with);
  }

  @Test
  void ignoresAnArchiveThatIsNotThere() throws IOException {
    String jar = file("a.jar", "one").toString();
    assertThat(LauncherDigest.of(jar, List.of(directory.resolve("none.aot"))))
        .isEqualTo(LauncherDigest.of(jar, List.of()));
  }

  @Test
  void changesWithAnyFile() throws IOException {
    Path jar = file("a.jar", "one");
    Digest before = LauncherDigest.of(jar.toString(), List.of());
    Files.writeString(jar, "onf");
    assertThat(LauncherDigest.of(jar.toString(), List.of())).isNotEqualTo(before);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }
}
