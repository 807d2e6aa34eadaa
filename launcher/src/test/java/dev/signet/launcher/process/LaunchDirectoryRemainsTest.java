// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchDirectoryRemainsTest {
  @TempDir Path dir;

  @Test
  void removesWhatHasALockThatNobodyHolds() throws Exception {
    Path left = left("launch-1");
    launch();
    assertThat(left).doesNotExist();
  }

  @Test
  void whatElseWasLeftGoesFirstAndTheDirectoryStaysWhereThatFails() throws Exception {
    Path left = left("launch-1");
    Path stuck = left("launch-2");
    List<String> first = new ArrayList<>();
    LaunchDirectory.create(
            dir,
            Optional.empty(),
            name -> {
              assertThat(dir.resolve(name)).exists();
              first.add(name);
              if (name.equals("launch-2")) {
                throw new IOException("not yet");
              }
            })
        .close();
    assertThat(first).containsExactlyInAnyOrder("launch-1", "launch-2");
    assertThat(left).doesNotExist();
    assertThat(stuck).isDirectory();
    launch();
    assertThat(stuck).doesNotExist();
  }

  @Test
  void removesWhatWasCutOffBeforeItsLockOrAfter() throws Exception {
    Path empty = Files.createDirectory(dir.resolve("launch-1"));
    launch();
    assertThat(empty).doesNotExist();
  }

  @Test
  void keepsTheOtherLaunchesOfThisProcess() throws Exception {
    try (LaunchDirectory first = LaunchDirectory.create(dir, Optional.empty());
        LaunchDirectory second = LaunchDirectory.create(dir, Optional.empty())) {
      launch();
      assertThat(first.work()).isDirectory();
      assertThat(second.work()).isDirectory();
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void keepsWhatIsNotALaunchDirectory() throws Exception {
    Path other = left("lunch-1");
    Path file = Files.createFile(dir.resolve("launch-1"));
    Path withoutLock = Files.createDirectory(dir.resolve("launch-2"));
    Files.createFile(withoutLock.resolve("something"));
    Path withAPipe = Files.createDirectory(dir.resolve("launch-3"));
    assertThat(new ProcessBuilder("mkfifo", withAPipe.resolve("lock").toString()).start().waitFor())
        .isZero();
    launch();
    assertThat(other).isDirectory();
    assertThat(file).exists();
    assertThat(withoutLock.resolve("something")).exists();
    assertThat(withAPipe).isDirectory();
  }

  @Test
  void followsNoLinks() throws Exception {
    Path outside = left("outside");
    Path victim = Files.createFile(outside.resolve("victim"));
    Files.createSymbolicLink(dir.resolve("launch-1"), outside);
    Path left = Files.createDirectory(dir.resolve("launch-2"));
    Files.createSymbolicLink(left.resolve("lock"), victim);
    launch();
    assertThat(victim).exists();
    assertThat(dir.resolve("launch-1")).isSymbolicLink();
    assertThat(left).isDirectory();
  }

  @Test
  void keepsAnotherUsersAlsoAsRoot() throws Exception {
    assumeThat(new UnixSystem().getUid()).isZero();
    Path anothers = left("launch-1");
    Files.setAttribute(anothers, "unix:uid", 65534);
    launch();
    assertThat(anothers.resolve("work")).isDirectory();
  }

  @Test
  void launchesAllTheSameWhereSomethingCannotBeRemoved() throws Exception {
    Path left = left("launch-1");
    Path deep = left.resolve("work");
    for (int i = 0; i < 300; i++) {
      deep = Files.createDirectory(deep.resolve("d"));
    }
    launch();
    // To be tried again: the lock file tells that it is a remainder.
    assertThat(left.resolve("lock")).exists();
  }

  @Test
  void loserOfANewDirectoryMakesAnother() throws Exception {
    Path taken = Files.createDirectory(dir.resolve("launch-1"));
    Files.delete(taken);
    assertThat(LaunchDirectoryLock.create(taken)).isEmpty();
  }

  private void launch() throws IOException {
    LaunchDirectory.create(dir, Optional.empty()).close();
  }

  private Path left(String name) throws IOException {
    Path left = Files.createDirectory(dir.resolve(name));
    Files.createFile(left.resolve("lock"));
    Files.createFile(Files.createDirectory(left.resolve("work")).resolve("file"));
    return left;
  }
}
