// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JarSideDoorsTest {
  private static final String MAIN = "Manifest-Version: 1.0\r\nMain-Class: a.B\r\n\r\n";

  @TempDir Path directory;

  @Test
  void letsAnExecutableJarPass() throws IOException {
    assertThat(JarSideDoors.in(TestJar.probe(directory))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Class-Path,           lib/other.jar, CLASS_PATH",
    "class-path,           x.jar,         CLASS_PATH",
    "Launcher-Agent-Class, a.Agent,       LAUNCHER_AGENT"
  })
  void attack29RefusesAManifestThatLoadsOtherCode(String name, String value, SideDoor.Kind kind)
      throws IOException {
    Map<String, String> attributes = new HashMap<>(Map.of("Main-Class", "a.B"));
    attributes.put(name, value);
    Path jar = TestJar.of(directory.resolve("x.jar"), attributes);
    assertThat(JarSideDoors.in(jar)).map(SideDoor::kind).contains(kind);
  }

  @Test
  void refusesALibrary() throws IOException {
    Path jar = TestJar.of(directory.resolve("x.jar"), Map.of());
    assertThat(JarSideDoors.in(jar)).map(SideDoor::kind).contains(SideDoor.Kind.NO_MAIN_CLASS);
  }

  @Test
  void attack29RefusesAJarIndex() throws IOException {
    Path jar = zip("META-INF/MANIFEST.MF", MAIN, "META-INF/INDEX.LIST", "JarIndex-Version: 1.0\n");
    assertThat(JarSideDoors.in(jar)).map(SideDoor::kind).contains(SideDoor.Kind.JAR_INDEX);
  }

  @Test
  void attack30RefusesTwoManifests() throws IOException {
    Path jar = zip("META-INF/MANIFEST.MF", MAIN, "meta-inf/manifest.mf", MAIN);
    assertThat(JarSideDoors.in(jar)).map(SideDoor::kind).contains(SideDoor.Kind.AMBIGUOUS_MANIFEST);
  }

  @Test
  void refusesWhatIsNoJar() throws IOException {
    Path empty = zip("a.txt", "a");
    assertThat(JarSideDoors.in(empty)).map(SideDoor::kind).contains(SideDoor.Kind.NO_MANIFEST);
    Path text = Files.writeString(directory.resolve("text.jar"), "not a zip");
    assertThat(JarSideDoors.in(text)).map(SideDoor::kind).contains(SideDoor.Kind.NOT_A_JAR);
  }

  @Test
  void attack30LetsAPrefixedJarPassSinceItsPrefixIsMeasured() throws IOException {
    ByteArrayOutputStream polyglot = new ByteArrayOutputStream();
    polyglot.writeBytes("#!/bin/sh\nexit\n".getBytes(StandardCharsets.UTF_8));
    polyglot.writeBytes(Files.readAllBytes(TestJar.probe(directory)));
    Path jar = Files.write(directory.resolve("poly.jar"), polyglot.toByteArray());
    assertThat(JarSideDoors.in(jar)).isEmpty();
  }

  private Path zip(String... namesAndContents) throws IOException {
    Path jar = directory.resolve("zip.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        entries.putNextEntry(new ZipEntry(namesAndContents[i]));
        entries.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
