// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.ClassPathMeasurement.Measured;
import dev.signet.measurements.ClassPathMeasurement.Refused;
import dev.signet.measurements.JarMeasurement.Reason;
import dev.signet.protocol.ClassPathEntry;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathRulerTest {
  @TempDir Path dir;
  private Path a;
  private Path b;

  @BeforeEach
  void libraries() throws IOException {
    a = TestJars.write(dir.resolve("a.jar"), Map.of("acme/A.class", "A"));
    b = TestJars.withManifest(dir.resolve("b.jar"), "Manifest-Version: 1.0\r\n");
  }

  @Test
  void isTheDigestOfTheListingInItsOrder() throws IOException {
    Measured measured = measured(a, b);
    String listing = line(a) + line(b);
    assertThat(measured.digest()).isEqualTo(Digest.hash(listing.getBytes(StandardCharsets.UTF_8)));
    assertThat(measured.size()).isEqualTo(Files.size(a) + Files.size(b));
    assertThat(measured.entries())
        .extracting(ClassPathEntry::name)
        .containsExactly("a.jar", "b.jar");
  }

  @Test
  void attack30AnotherOrderMoreOrLessIsAnotherClassPath() throws IOException {
    Path c = Files.copy(a, dir.resolve("c.jar"));
    assertThat(List.of(measured(a, b), measured(b, a), measured(a), measured(a, b, c)))
        .extracting(Measured::digest)
        .doesNotHaveDuplicates();
    assertThat(measured(c).digest()).isNotEqualTo(measured(a).digest());
  }

  @Test
  void attack30ChangedLibraryIsAnotherClassPath() throws IOException {
    Digest before = measured(a, b).digest();
    TestJars.write(a, Map.of("acme/A.class", "B"));
    assertThat(measured(a, b).digest()).isNotEqualTo(before);
  }

  @Test
  void attack30LibraryThatLeadsToOthersIsRefused() throws IOException {
    Path leading =
        TestJars.withManifest(
            dir.resolve("l.jar"), "Manifest-Version: 1.0\r\nClass-Path: file:/tmp/evil.jar\r\n");
    assertThat(ClassPathRuler.measure(List.of(a, leading)))
        .isInstanceOfSatisfying(
            Refused.class,
            r -> {
              assertThat(r.file()).isEqualTo(leading);
              assertThat(r.reason()).isEqualTo(Reason.CLASS_PATH);
            });
    Path index = TestJars.write(dir.resolve("i.jar"), Map.of("META-INF/INDEX.LIST", "evil.jar"));
    assertThat(ClassPathRuler.measure(List.of(index)))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.JAR_INDEX));
  }

  @Test
  void attack30DirectoriesAndLinksAreNoLibraries() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link.jar"), a);
    for (Path other : List.of(dir, link)) {
      assertThat(ClassPathRuler.measure(List.of(a, other)))
          .isInstanceOfSatisfying(
              Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.NOT_A_REGULAR_FILE));
    }
  }

  @Test
  void refusesNoneAndTooMany() {
    assertThatThrownBy(() -> ClassPathRuler.measure(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    List<Path> many = Collections.nCopies(ClassPathEntry.MAX_ENTRIES + 1, a);
    assertThatThrownBy(() -> ClassPathRuler.measure(many))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Measured measured(Path... jars) throws IOException {
    return (Measured) ClassPathRuler.measure(List.of(jars));
  }

  private static String line(Path jar) throws IOException {
    byte[] bytes = Files.readAllBytes(jar);
    return Digest.hash(bytes).toHex() + " " + bytes.length + " " + jar.getFileName() + "\n";
  }
}
