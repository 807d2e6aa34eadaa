// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageUserTest {
  @TempDir Path root;

  @BeforeEach
  void lists() throws Exception {
    Files.createDirectory(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\nagent:x:1000:100::/:/bin/sh\nbad\n");
    Files.writeString(root.resolve("etc/group"), "users:x:100:\nother:x:200:agent\n");
  }

  @ParameterizedTest
  @CsvSource({
    "agent,1000,100",
    "1000,1000,100",
    "agent:other,1000,200",
    "1000:7,1000,7",
    "4242,4242,0",
    "4242:other,4242,200",
    "'',0,0"
  })
  void isReadAsTheImageHasIt(String words, int uid, int gid) throws Exception {
    assertThat(ImageUser.of(words, root)).isEqualTo(new ImageUser(uid, gid));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "agent:nobody", ":100", "agent:", "a:b:c", "65536", "-1"})
  void whatThereIsNotIsRefused(String words) {
    assertThatThrownBy(() -> ImageUser.of(words, root)).isInstanceOf(IOException.class);
  }

  @Test
  void listBehindALinkIsNotRead() throws Exception {
    Path outside = Files.writeString(root.resolve("outside"), "host:x:5:5::/:/bin/sh\n");
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), outside);
    assertThatThrownBy(() -> ImageUser.of("host", root))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no host");
  }
}
