// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.JarMeasurement.Measured;
import dev.signet.measurements.JarMeasurement.Reason;
import dev.signet.measurements.JarMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The ways in which a JAR's own metadata makes {@code java -jar} run code that a digest of the JAR
 * does not cover (ATTACKS row 29).
 */
final class JarSideDoors {
  private static final int MANIFEST_BYTES = 1 << 20;
  private static final String INDEX = "META-INF/INDEX.LIST";
  private static final Attributes.Name LAUNCHER_AGENT = new Attributes.Name("Launcher-Agent-Class");

  private JarSideDoors() {}

  /** {@code Measured} with the digest and size given, if every side door is shut. */
  static JarMeasurement inspect(Path path, JarRuler.Use use, Digest digest, long size)
      throws IOException {
    // Signatures of entries are no measurement (row 30), so they are not looked at.
    try (JarFile jar = new JarFile(path.toFile(), false)) {
      if (jar.stream().anyMatch(e -> e.getName().equalsIgnoreCase(INDEX))) {
        return new Refused(
            Reason.JAR_INDEX,
            "expected no " + INDEX + ": it names other files to load classes from; build without");
      }
      List<JarEntry> manifests =
          jar.stream().filter(e -> e.getName().equalsIgnoreCase(JarFile.MANIFEST_NAME)).toList();
      if (manifests.isEmpty() && use != JarRuler.Use.EXECUTABLE) {
        return new Measured(digest, size, "");
      }
      if (manifests.size() != 1) {
        return new Refused(
            Reason.BAD_MANIFEST,
            "expected one " + JarFile.MANIFEST_NAME + ", got " + manifests.size());
      }
      return judge(readManifest(jar, manifests.getFirst()), use, digest, size);
    } catch (ManifestException e) {
      return new Refused(Reason.BAD_MANIFEST, e.getMessage());
    } catch (java.util.zip.ZipException | EOFException e) {
      // The file is there in whole: it is its archive that ends too early.
      return new Refused(
          Reason.NOT_A_JAR, "expected an executable JAR, but it is no ZIP archive that Java reads");
    }
  }

  private static JarMeasurement judge(Attributes main, JarRuler.Use use, Digest digest, long size) {
    if (!blank(main.getValue(Attributes.Name.CLASS_PATH))) {
      return new Refused(
          Reason.CLASS_PATH,
          "expected a JAR that is complete, but its manifest has Class-Path, which loads code that"
              + " the digest does not cover: build one JAR with everything in it, or without Class-Path and name the others"
              + " to --class-path");
    }
    // Only java -jar looks for it, and only in the JAR that it starts.
    if (use != JarRuler.Use.LIBRARY && main.containsKey(LAUNCHER_AGENT)) {
      return new Refused(
          Reason.LAUNCHER_AGENT,
          "expected no Launcher-Agent-Class in the manifest: it runs an agent before the program");
    }
    String mainClass = main.getValue(Attributes.Name.MAIN_CLASS);
    if (blank(mainClass) && use != JarRuler.Use.EXECUTABLE) {
      return new Measured(digest, size, "");
    }
    if (blank(mainClass)) {
      return new Refused(
          Reason.NO_MAIN_CLASS,
          "expected an executable JAR, but its manifest has no Main-Class: java -jar could not"
              + " start it");
    }
    return new Measured(digest, size, mainClass.strip());
  }

  private static Attributes readManifest(JarFile jar, JarEntry entry)
      throws IOException, ManifestException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readNBytes(MANIFEST_BYTES + 1);
    }
    if (bytes.length > MANIFEST_BYTES) {
      throw new ManifestException("expected a manifest of at most " + MANIFEST_BYTES + " bytes");
    }
    try {
      return new Manifest(new ByteArrayInputStream(bytes)).getMainAttributes();
    } catch (IOException e) {
      throw new ManifestException("expected a manifest that Java reads: " + e.getMessage());
    }
  }

  private static boolean blank(String value) {
    return value == null || value.isBlank();
  }

  private static final class ManifestException extends Exception {
    private static final long serialVersionUID = 1;

    ManifestException(String message) {
      super(message);
    }
  }
}
