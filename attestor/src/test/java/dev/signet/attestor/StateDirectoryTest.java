// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
  @TempDir Path dir;

  @Test
  void opensItsOwn() throws Exception {
    Path path = dir.resolve("state");
    StateDirectory.create(path);
    assertThat(StateDirectory.open(path).path()).isEqualTo(path);
  }

  @Test
  void rootRefusesTheDirectoryOfAnotherUser() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    Path path = dir.resolve("state");
    StateDirectory.create(path);
    Files.setAttribute(path, "unix:uid", 65534);
    assertThatThrownBy(() -> StateDirectory.open(path))
        .isInstanceOf(AttestorException.class)
        .hasMessageContaining("owner is 65534");
  }
}
