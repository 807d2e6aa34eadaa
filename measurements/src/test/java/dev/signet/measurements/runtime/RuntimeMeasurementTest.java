// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeMeasurementTest {
  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void makeRuntime() throws IOException {
    home = Files.createDirectories(temporary.resolve("jdk"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Maker\"\nJAVA_RUNTIME_VERSION=\"25.0.1+1\"\n");
    Files.createDirectories(home.resolve("lib/security"));
    Files.writeString(home.resolve("lib/modules"), "code");
    Files.writeString(temporary.resolve("cacerts"), "roots");
    Files.createSymbolicLink(home.resolve("lib/security/cacerts"), temporary.resolve("cacerts"));
  }

  @Test
  void isTheDigestOfTheListingThatItsDocumentationDescribes() throws IOException {
    String listing =
        hex("code")
            + "  lib/modules\n"
            + hex("roots")
            + "  lib/security/cacerts\n"
            + hex(Files.readString(home.resolve("release")))
            + "  release\n";
    RuntimeMeasurement measured = RuntimeMeasurement.of(home);
    assertThat(measured.digest()).isEqualTo(Digest.hash(listing.getBytes(StandardCharsets.UTF_8)));
    assertThat(measured.description()).isEqualTo("Maker 25.0.1+1");
    assertThat(measured.files()).isEqualTo(3);
    assertThat(measured.size()).isEqualTo(9 + Files.size(home.resolve("release")));
  }

  @Test
  void changesWithCodeTrustAndAddedFiles() throws IOException {
    Digest before = RuntimeMeasurement.of(home).digest();
    Files.writeString(temporary.resolve("cacerts"), "other roots");
    Digest otherRoots = RuntimeMeasurement.of(home).digest();
    Files.writeString(home.resolve("lib/libevil.so"), "code");
    Digest added = RuntimeMeasurement.of(home).digest();
    assertThat(otherRoots).isNotEqualTo(before);
    assertThat(added).isNotEqualTo(otherRoots);
  }

  @Test
  void leavesOutWhatNoJvmReads() throws IOException {
    Digest before = RuntimeMeasurement.of(home).digest();
    Files.createDirectories(home.resolve("man/man1"));
    Files.writeString(home.resolve("man/man1/java.1"), "page");
    Files.writeString(home.resolve("lib/src.zip"), "sources");
    assertThat(RuntimeMeasurement.of(home).digest()).isEqualTo(before);
  }

  @Test
  void measuresTheRuntimeThatRunsThisTest() throws IOException {
    RuntimeMeasurement measured = RuntimeMeasurement.of(Path.of(System.getProperty("java.home")));
    assertThat(measured.files()).isGreaterThan(50);
    assertThat(measured.description()).contains(Runtime.version().toString().split("-")[0]);
  }

  @Test
  void refusesADirectoryWithoutARuntime() {
    assertThatThrownBy(() -> RuntimeMeasurement.of(temporary.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void attack30FileNameThatWritesALineOfItsOwnIsRefused() throws IOException {
    Path evil = Files.createDirectories(home.resolve("lib/a\n" + hex("code") + "  lib"));
    Files.writeString(evil.resolve("b"), "code");
    assertThatThrownBy(() -> RuntimeMeasurement.of(home))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("readable characters");
  }

  @Test
  void jlinkImageIsMeasuredAlikeWhereverItLies() throws Exception {
    Path image = temporary.resolve("jre");
    Process jlink =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                "java.base",
                "--output",
                image.toString())
            .inheritIO()
            .start();
    assertThat(jlink.waitFor()).isZero();
    RuntimeMeasurement measured = RuntimeMeasurement.of(image);
    Path moved = Files.move(image, temporary.resolve("elsewhere"));
    assertThat(RuntimeMeasurement.of(moved)).isEqualTo(measured);
    Files.writeString(
        moved.resolve("conf/security/java.security"),
        "\nsecurity.provider.1=Evil",
        StandardOpenOption.APPEND);
    assertThat(RuntimeMeasurement.of(moved).digest()).isNotEqualTo(measured.digest());
  }

  private static String hex(String content) {
    return Digest.hash(content.getBytes(StandardCharsets.UTF_8)).toHex();
  }
}
