// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Launch directories of several launchers, each a process. */
class LaunchDirectoryIT {
  @TempDir Path directory;
  private Path launches;
  private Path jar;

  @BeforeEach
  void prepare() throws IOException {
    jar = TestJar.probe(directory);
    launches = Files.createDirectory(directory.resolve("launches"));
  }

  @Test
  @Timeout(120)
  void nextLaunchRemovesWhatAKilledLauncherLeftAndNothingOfALiveOne() throws Exception {
    try (LaunchedAgent killed = sleeping();
        LaunchedAgent live = sleeping()) {
      assertThat(launchDirectories()).hasSize(2);
      killed.process().destroyForcibly().waitFor();
      assertThat(launchDirectories()).hasSize(2);

      try (LaunchDirectory next = LaunchDirectory.create(launches, Optional.empty())) {
        List<Path> now = launchDirectories();
        assertThat(now).hasSize(2).contains(next.work().getParent().toRealPath());
        Path others = now.get(next.work().startsWith(now.get(0)) ? 1 : 0);
        assertThat(others.resolve("jar/agent.jar")).exists();
      }
      assertThat(live.process().isAlive()).isTrue();
      live.process().destroy();
      assertThat(live.exit()).isEqualTo(143);
    }
    assertThat(launchDirectories()).isEmpty();
  }

  @Test
  @Timeout(120)
  void launchersThatStartAtOnceTakeNothingFromEachOther() throws Exception {
    List<Process> launchers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      launchers.add(
          new ProcessBuilder(
                  LaunchedAgent.RUNTIME.resolve("bin/java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ManyLaunches.class.getName(),
                  launches.toString(),
                  "1000")
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output-" + i).toFile())
              .start());
    }
    for (int i = 0; i < launchers.size(); i++) {
      assertThat(launchers.get(i).waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(launchers.get(i).exitValue())
          .as(Files.readString(directory.resolve("output-" + i)))
          .isZero();
    }
    assertThat(launchDirectories()).isEmpty();
  }

  private LaunchedAgent sleeping() throws IOException {
    LaunchedAgent agent = new LaunchedAgent(launches, jar, Map.of(), List.of(), "sleep");
    assertThat(agent.output().readLine()).isEqualTo("ready");
    return agent;
  }

  private List<Path> launchDirectories() throws IOException {
    try (Stream<Path> all = Files.list(launches.toRealPath())) {
      return all.filter(path -> path.getFileName().toString().startsWith("launch-")).toList();
    }
  }
}
