// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.launcher.container.RootFiles.Owner;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootFilesTest {
  private static final Owner ROOT = new Owner(0, 0);
  private static final Instant THEN = Instant.ofEpochSecond(1_700_000_000);

  @TempDir Path dir;
  private Path root;
  private RootFiles files;

  @BeforeEach
  void make() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "giving files away needs root");
    root = Files.createDirectory(dir.resolve("rootfs"));
    files = new RootFiles(root, 100_000);
    files.beginLayer();
  }

  @Test
  void laterLayersReplaceAndRemove() throws Exception {
    file("a/kept", "1");
    file("a/replaced", "1");
    file("a/removed", "1");
    file("b/hidden", "1");
    file("b/deep/hidden", "1");
    files.beginLayer();
    file("a/replaced", "2");
    files.remove("a/removed");
    file("b/new", "2");
    files.empty("b");
    assertThat(root.resolve("a/kept")).hasContent("1");
    assertThat(root.resolve("a/replaced")).hasContent("2");
    assertThat(root.resolve("a/removed")).doesNotExist();
    assertThat(root.resolve("b/new")).hasContent("2");
    assertThat(root.resolve("b")).isDirectoryNotContaining("glob:**hidden");
    assertThat(root.resolve("b/deep")).doesNotExist();
  }

  @Test
  void opaqueDirectoryKeepsWhatItsOwnLayerHasBelow() throws Exception {
    file("d/sub/old", "1");
    files.beginLayer();
    file("d/sub/new", "2");
    files.empty("d");
    assertThat(root.resolve("d/sub/new")).exists();
    assertThat(root.resolve("d/sub/old")).doesNotExist();
  }

  @Test
  void attack28NothingIsWrittenThroughALinkOfALowerLayer() throws Exception {
    Path outside = Files.createDirectory(dir.resolve("outside"));
    files.symbolicLink("link", ROOT, outside.toString());
    files.beginLayer();
    assertThatThrownBy(() -> file("link/x", "evil"))
        .isInstanceOf(UnsoundImageException.class)
        .hasMessageContaining("link/x: expected a directory at link");
    assertThatThrownBy(() -> files.directory("link/x", ROOT, 0755, THEN))
        .isInstanceOf(UnsoundImageException.class);
    assertThatThrownBy(() -> files.remove("link/x")).isInstanceOf(UnsoundImageException.class);
    assertThatThrownBy(() -> files.hardLink("y", "link/x"))
        .isInstanceOf(UnsoundImageException.class);
    assertThatThrownBy(() -> files.require("link/sub")).isInstanceOf(UnsoundImageException.class);
    files.empty("link");
    assertThat(outside).isEmptyDirectory();
    Files.writeString(dir.resolve("outside/secret"), "s");
    files.symbolicLink("direct", ROOT, outside.resolve("secret").toString());
    files.beginLayer();
    file("direct", "replaced the link");
    assertThat(outside.resolve("secret")).hasContent("s");
    assertThatThrownBy(() -> files.hardLink("stolen", "link"))
        .isInstanceOf(UnsoundImageException.class);
    files.clear();
    assertThat(outside.resolve("secret")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "/x", "a//b", "a/./b", "..", "a/.."})
  void namesThatLeadOutAreRefused(String name) {
    assertThatThrownBy(() -> file(name, "x")).isInstanceOf(UnsoundImageException.class);
    assertThat(dir.resolve("x")).doesNotExist();
  }

  @Test
  void ownersAreShiftedAndSetUserIdIsTakenAway() throws Exception {
    files.file("su", new Owner(7, 8), 06755, THEN, new ByteArrayInputStream(new byte[0]));
    assertThat(Files.getAttribute(root.resolve("su"), "unix:uid")).isEqualTo(100_007);
    assertThat(Files.getAttribute(root.resolve("su"), "unix:gid")).isEqualTo(100_008);
    assertThat((int) Files.getAttribute(root.resolve("su"), "unix:mode") & 07777).isEqualTo(0755);
    assertThat(Files.getLastModifiedTime(root.resolve("su")).toInstant()).isEqualTo(THEN);
    assertThatThrownBy(() -> files.directory("d", new Owner(65536, 0), 0755, THEN))
        .isInstanceOf(UnsoundImageException.class);
    assertThatThrownBy(() -> files.directory("d", new Owner(0, -1), 0755, THEN))
        .isInstanceOf(UnsoundImageException.class);
  }

  @Test
  void whiteoutOfTheSameLayerOrOfTheRootIsRefused() throws Exception {
    file("a", "1");
    assertThatThrownBy(() -> files.remove("a")).isInstanceOf(UnsoundImageException.class);
    assertThatThrownBy(() -> files.remove(".")).isInstanceOf(UnsoundImageException.class);
  }

  @Test
  void directoriesThatAContainerNeedsAreMadeButNoLinkIsTakenForOne() throws Exception {
    files.require("tmp", 01777);
    assertThat((int) Files.getAttribute(root.resolve("tmp"), "unix:mode") & 07777).isEqualTo(01777);
    files.symbolicLink("proc", ROOT, "/");
    assertThatThrownBy(() -> files.require("proc", 0555)).isInstanceOf(UnsoundImageException.class);
  }

  private void file(String name, String content) throws Exception {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    files.file(name, ROOT, 0644, THEN, new ByteArrayInputStream(bytes));
  }
}
