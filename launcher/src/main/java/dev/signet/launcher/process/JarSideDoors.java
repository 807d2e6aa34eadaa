// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/**
 * Looks for what in a JAR would make the JVM run other code than the JAR's. Bytes before the ZIP
 * structure and odd entries are no side doors: the whole file is measured.
 */
public final class JarSideDoors {
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final String INDEX = "META-INF/INDEX.LIST";

  private JarSideDoors() {}

  /**
   * @param jar the private copy, so that what is looked at is what is started
   * @return empty if the JAR may be started
   */
  public static Optional<SideDoor> in(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile(), false)) {
      List<String> metadata = metadataNames(file);
      long manifests = metadata.stream().filter(MANIFEST::equals).count();
      if (manifests > 1) {
        return found(
            SideDoor.Kind.AMBIGUOUS_MANIFEST,
            "The JAR has " + manifests + " manifests; build it with one.");
      }
      if (manifests == 0 || file.getManifest() == null) {
        return found(SideDoor.Kind.NO_MANIFEST, "The JAR has no " + MANIFEST + ".");
      }
      if (metadata.contains(INDEX)) {
        return found(
            SideDoor.Kind.JAR_INDEX,
            "The JAR has " + INDEX + ", which can load other JARs; build it without an index.");
      }
      return inManifest(file.getManifest().getMainAttributes());
    } catch (ZipException e) {
      return found(SideDoor.Kind.NOT_A_JAR, "The file cannot be read as a JAR: " + e.getMessage());
    }
  }

  private static Optional<SideDoor> inManifest(Attributes main) {
    if (main.getValue(Attributes.Name.CLASS_PATH) != null) {
      return found(
          SideDoor.Kind.CLASS_PATH,
          "The manifest has Class-Path, so code outside the measured file would run; "
              + "build one JAR with everything in it.");
    }
    if (main.getValue("Launcher-Agent-Class") != null) {
      return found(
          SideDoor.Kind.LAUNCHER_AGENT,
          "The manifest has Launcher-Agent-Class, which may change any class; build without it.");
    }
    String mainClass = main.getValue(Attributes.Name.MAIN_CLASS);
    if (mainClass == null || mainClass.isBlank()) {
      return found(
          SideDoor.Kind.NO_MAIN_CLASS,
          "The manifest has no Main-Class: the JAR is a library, not a program.");
    }
    return Optional.empty();
  }

  /** Upper-case, as the JVM compares these names, and with repetitions. */
  private static List<String> metadataNames(JarFile file) {
    List<String> names = new ArrayList<>();
    file.stream()
        .map(entry -> entry.getName().toUpperCase(Locale.ROOT))
        .filter(name -> name.equals(MANIFEST) || name.equals(INDEX))
        .forEach(names::add);
    return names;
  }

  private static Optional<SideDoor> found(SideDoor.Kind kind, String detail) {
    return Optional.of(new SideDoor(kind, detail));
  }
}
