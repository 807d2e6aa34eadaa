// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchDirectoryTest {
  private static final int FILES = 3000;

  @TempDir Path dir;

  /** As root, and with an agent of another user, this would delete any file of the host. */
  @Test
  void attack66RemovesNothingOutsideWhenALinkTakesADirectorysPlaceMeanwhile() throws Exception {
    Path victim = filled(Files.createDirectory(dir.resolve("victim")));
    LaunchDirectory launch = LaunchDirectory.create(dir, Optional.empty());
    Path bait = filled(Files.createDirectory(launch.work().resolve("bait")));

    Thread survivor = Thread.ofPlatform().start(() -> swapOnceRemovalHasBegun(bait, victim));
    try {
      launch.close();
    } catch (IOException e) {
      // What was moved aside, or the link, may be left over; that is no harm outside.
    }
    survivor.join();

    assertThat(count(victim)).isEqualTo(FILES);
  }

  @Test
  void removesLinksAndNotWhatTheyLeadTo() throws Exception {
    Path kept = Files.createFile(Files.createDirectory(dir.resolve("outside")).resolve("kept"));
    LaunchDirectory launch = LaunchDirectory.create(dir, Optional.empty());
    Files.createSymbolicLink(launch.work().resolve("link"), kept.getParent());
    Files.createDirectories(launch.tmp().resolve("a/b/c"));

    launch.close();

    assertThat(launch.work().getParent()).doesNotExist();
    assertThat(kept).exists();
  }

  private static void swapOnceRemovalHasBegun(Path bait, Path victim) {
    long end = System.nanoTime() + 20_000_000_000L;
    try {
      while (count(bait) == FILES && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      Files.move(bait, bait.resolveSibling("aside"));
      Files.createSymbolicLink(bait, victim);
    } catch (IOException | RuntimeException e) {
      // It was too late: everything is gone already.
    }
  }

  private static Path filled(Path directory) throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.createFile(directory.resolve("f" + i));
    }
    return directory;
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }
}
