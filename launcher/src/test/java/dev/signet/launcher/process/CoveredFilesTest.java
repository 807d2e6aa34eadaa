// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoveredFilesTest {
  private static final String HIDDEN =
      "81 46 0:51 / /proc rw,nosuid - proc proc rw,hidepid=invisible";

  @Test
  void attack66FindsADirectoryThatIsNotCovered() throws IOException {
    CoveredFiles files = CoveredFiles.plan(List.of());
    List<String> seen = new ArrayList<>();
    files.emptied().forEach(path -> seen.add("64 44 0:40 / " + path + " rw - tmpfs tmpfs rw"));
    seen.add("50 44 0:5 / /proc rw,nosuid - proc proc rw");
    seen.add(HIDDEN);
    assertThat(files.uncovered(seen)).isEmpty();

    for (Path path : files.emptied()) {
      List<String> without =
          seen.stream().filter(line -> !line.contains(" " + path + " ")).toList();
      assertThat(files.uncovered(without)).contains(path);
      List<String> under = new ArrayList<>(seen);
      under.add("90 44 254:0 /x " + path + " rw shared:1 - ext4 /dev/vda rw");
      assertThat(files.uncovered(under)).as("shown again").contains(path);
    }
    assertThat(files.uncovered(seen.subList(0, seen.size() - 1))).contains(Path.of("/proc"));
  }

  @Test
  void coversWhereSocketsDevicesAndPeoplesFilesAre() throws IOException {
    assertThat(CoveredFiles.plan(List.of()).emptied())
        .contains(Path.of("/dev"), Path.of("/run"), Path.of("/tmp").toRealPath());
  }

  @Test
  void showsNoDirectoryThatHoldsACoveredOne() {
    for (String path : List.of("/", "/dev", "/proc", "/run", "/var")) {
      assertThatThrownBy(() -> CoveredFiles.plan(List.of(Path.of(path))))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name a directory of its own");
    }
  }
}
