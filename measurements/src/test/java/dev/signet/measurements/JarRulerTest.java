// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.JarMeasurement.Measured;
import dev.signet.measurements.JarMeasurement.Reason;
import dev.signet.measurements.JarMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JarRulerTest {
  @TempDir Path dir;

  @Test
  void measuresTheWholeFile() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    byte[] bytes = Files.readAllBytes(jar);
    assertThat(JarRuler.measure(jar))
        .isEqualTo(new Measured(Digest.hash(bytes), bytes.length, "acme.Agent"));
  }

  @Test
  void measuresAFileLargerThanItsBuffer() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(TestJars.MANIFEST, TestJars.GOOD + "\r\n");
    for (int i = 0; i < 8000; i++) {
      entries.put("entry/with/a/long/name/so/that/the/file/grows/" + i, "content " + i);
    }
    Path jar = TestJars.write(dir.resolve("big.jar"), entries);
    byte[] bytes = Files.readAllBytes(jar);
    assertThat(bytes.length).isGreaterThan(1_000_000);
    assertThat(JarRuler.measure(jar))
        .isEqualTo(new Measured(Digest.hash(bytes), bytes.length, "acme.Agent"));
  }

  @Test
  void attack30AppendedBytesChangeTheDigest() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    JarMeasurement before = JarRuler.measure(jar);
    // Within the archive's comment, where the JVM still opens it.
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length - 2] = 3;
    Files.write(jar, bytes);
    Files.writeString(jar, "xyz", StandardOpenOption.APPEND);
    assertThat(JarRuler.measure(jar)).isInstanceOf(Measured.class).isNotEqualTo(before);
  }

  @Test
  void attack30PrefixedPolyglotChangesTheDigest() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    Path polyglot = dir.resolve("b.jar");
    Files.writeString(polyglot, "#!/bin/sh\nexit 1\n");
    Files.write(polyglot, Files.readAllBytes(jar), StandardOpenOption.APPEND);
    JarMeasurement measured = JarRuler.measure(polyglot);
    assertThat(measured).isInstanceOf(Measured.class).isNotEqualTo(JarRuler.measure(jar));
    assertThat(((Measured) measured).digest()).isEqualTo(Digest.hash(Files.readAllBytes(polyglot)));
  }

  @Test
  void attack30MultiReleaseEntryChangesTheDigest() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(TestJars.MANIFEST, TestJars.GOOD + "Multi-Release: true\r\n\r\n");
    entries.put("acme/Agent.class", "good");
    JarMeasurement plain = JarRuler.measure(TestJars.write(dir.resolve("a.jar"), entries));
    entries.put("META-INF/versions/25/acme/Agent.class", "evil");
    JarMeasurement other = JarRuler.measure(TestJars.write(dir.resolve("b.jar"), entries));
    assertThat(plain).isInstanceOf(Measured.class);
    assertThat(other).isInstanceOf(Measured.class).isNotEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource({
    "Class-Path: lib/other.jar, CLASS_PATH",
    "class-path: ., CLASS_PATH",
    "Launcher-Agent-Class: acme.Spy, LAUNCHER_AGENT",
    "LAUNCHER-AGENT-CLASS: acme.Spy, LAUNCHER_AGENT",
  })
  void attack29SideDoorInManifestIsRefused(String line, Reason reason) throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD + line + "\r\n");
    assertThat(reasonFor(jar)).isEqualTo(reason);
  }

  @Test
  void attack29SideDoorInLongManifestIsRefused() throws IOException {
    String padding = "X-Filler: a\r\n".replace("a", "b".repeat(50));
    StringBuilder manifest = new StringBuilder(TestJars.GOOD);
    for (int i = 0; i < 2000; i++) {
      manifest.append(padding.replace("X-Filler", "X-" + i));
    }
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), manifest + "Class-Path: x.jar\r\n");
    assertThat(reasonFor(jar)).isEqualTo(Reason.CLASS_PATH);
  }

  @Test
  void attack29ClassPathSplitOverLinesIsRefused() throws IOException {
    Path jar =
        TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD + "Class-Path: \r\n x.jar\r\n");
    assertThat(reasonFor(jar)).isEqualTo(Reason.CLASS_PATH);
  }

  @Test
  void attack29JarIndexIsRefused() throws IOException {
    Path jar =
        TestJars.write(
            dir.resolve("a.jar"),
            Map.of(
                TestJars.MANIFEST,
                TestJars.GOOD + "\r\n",
                "META-INF/INDEX.LIST",
                "JarIndex-Version: 1.0\n\nx.jar\np\n\n"));
    assertThat(reasonFor(jar)).isEqualTo(Reason.JAR_INDEX);
  }

  @Test
  void refusesTwoManifests() throws IOException {
    Path jar =
        TestJars.write(
            dir.resolve("a.jar"),
            Map.of(
                TestJars.MANIFEST,
                TestJars.GOOD + "\r\n",
                "meta-inf/manifest.mf",
                TestJars.GOOD + "Class-Path: x.jar\r\n\r\n"));
    assertThat(reasonFor(jar)).isEqualTo(Reason.BAD_MANIFEST);
  }

  @Test
  void refusesManifestThatUnpacksToTooMuch() throws IOException {
    Path jar =
        TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD + "\r\n".repeat(3_000_000));
    assertThat(Files.size(jar)).isLessThan(100_000);
    assertThat(reasonFor(jar)).isEqualTo(Reason.BAD_MANIFEST);
  }

  @Test
  void refusesManifestWithoutMainClass() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), "Manifest-Version: 1.0\r\n");
    assertThat(reasonFor(jar)).isEqualTo(Reason.NO_MAIN_CLASS);
  }

  @Test
  void refusesArchiveWithoutManifest() throws IOException {
    assertThat(reasonFor(TestJars.write(dir.resolve("a.jar"), Map.of("a", "b"))))
        .isEqualTo(Reason.BAD_MANIFEST);
  }

  @Test
  void refusesBrokenManifest() throws IOException {
    assertThat(reasonFor(TestJars.withManifest(dir.resolve("a.jar"), "no colon here")))
        .isEqualTo(Reason.BAD_MANIFEST);
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    assertThat(reasonFor(Files.writeString(dir.resolve("a.jar"), "hello")))
        .isEqualTo(Reason.NOT_A_JAR);
    assertThat(reasonFor(Files.writeString(dir.resolve("b.jar"), ""))).isEqualTo(Reason.NOT_A_JAR);
  }

  /** A fuzzer found that this was an outage, and no refusal. */
  @Test
  void refusesManifestWhoseCompressedBytesDoNotEnd() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    byte[] bytes = Files.readAllBytes(jar);
    // Behind the local header (APPNOTE 4.3.7): the bit that says that no block follows (RFC 1951).
    int data = 30 + bytes[26] + bytes[28];
    assertThat(bytes[data] & 1).isEqualTo(1);
    bytes[data] ^= 1;
    Files.write(jar, bytes);
    assertThat(reasonFor(jar)).isEqualTo(Reason.NOT_A_JAR);
  }

  @Test
  void refusesTruncatedArchive() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    byte[] bytes = Files.readAllBytes(jar);
    Files.write(jar, java.util.Arrays.copyOf(bytes, bytes.length - 10));
    assertThat(reasonFor(jar)).isEqualTo(Reason.NOT_A_JAR);
  }

  @Test
  void refusesSymbolicLinkAndDirectory() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    Path link = Files.createSymbolicLink(dir.resolve("link.jar"), jar);
    assertThat(reasonFor(link)).isEqualTo(Reason.NOT_A_REGULAR_FILE);
    assertThat(reasonFor(dir)).isEqualTo(Reason.NOT_A_REGULAR_FILE);
    assertThat(reasonFor(Path.of("/dev/zero"))).isEqualTo(Reason.NOT_A_REGULAR_FILE);
  }

  @Test
  void refusesFileOverTheLimit() throws IOException {
    Path jar = TestJars.withManifest(dir.resolve("a.jar"), TestJars.GOOD);
    long size = Files.size(jar);
    assertThat(JarRuler.measure(jar, JarRuler.Use.EXECUTABLE, size)).isInstanceOf(Measured.class);
    assertThat(JarRuler.measure(jar, JarRuler.Use.EXECUTABLE, size - 1))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.TOO_LARGE_JAR));
  }

  @Test
  void attack28FileThatIsWrittenMeanwhileIsRefused() throws Exception {
    Path small = TestJars.withManifest(dir.resolve("small.jar"), TestJars.GOOD);
    Path jar = dir.resolve("a.jar");
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch writing = new CountDownLatch(1);
    try (FileChannel file =
        FileChannel.open(jar, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(Files.readAllBytes(small)), 64 << 20); // long enough to be hit
      assertThat(JarRuler.measure(jar)).isInstanceOf(Measured.class);
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (byte i = 0; !stop.get(); i++) {
                      try {
                        file.write(ByteBuffer.wrap(new byte[] {i}), 0);
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                      writing.countDown();
                    }
                  });
      writing.await();
      try {
        assertThat(reasonFor(jar)).isEqualTo(Reason.CHANGED);
      } finally {
        stop.set(true);
        writer.join();
      }
    }
  }

  @Test
  void missingFileIsAnOutageOfTheCaller() {
    assertThatThrownBy(() -> JarRuler.measure(dir.resolve("none.jar")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private static Reason reasonFor(Path jar) throws IOException {
    JarMeasurement measurement = JarRuler.measure(jar);
    assertThat(measurement).isInstanceOf(Refused.class);
    Refused refused = (Refused) measurement;
    assertThat(refused.detail()).startsWith("expected");
    return refused.reason();
  }
}
