// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadSocketTest {
  @Test
  void refusesAPathThatTheKernelWouldCut() {
    Path longest = Path.of("/" + "a".repeat(106));
    assertThat(new WorkloadSocket(longest, OptionalInt.empty()).path()).isEqualTo(longest);
    assertThatThrownBy(() -> new WorkloadSocket(Path.of("/" + "ä".repeat(54)), OptionalInt.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 107 bytes");
  }

  @Test
  void endpointIsAnAddressAsSpiffeWantsIt() {
    assertThat(WorkloadSocket.endpoint(Path.of("/run/signet/workload.sock")))
        .isEqualTo("unix:///run/signet/workload.sock");
  }

  @Test
  void agentsGroupPassesAndWritesAndNobodyElse(@TempDir Path directory) throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
    Path inner = Files.createDirectory(directory.resolve("api"));
    Path socket = Files.createFile(inner.resolve("s"));
    new WorkloadSocket(socket, OptionalInt.of(65501)).letIn();
    assertThat(Files.getAttribute(socket, "unix:gid")).isEqualTo(65501);
    assertThat(Files.getAttribute(inner, "unix:gid")).isEqualTo(65501);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inner)))
        .isEqualTo("rwx--x---");
  }
}
