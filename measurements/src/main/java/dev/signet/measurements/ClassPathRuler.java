// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.ClassPathEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures a class path, file by file, with {@link JarRuler}. Directories are no files. */
public final class ClassPathRuler {
  private ClassPathRuler() {}

  /**
   * Measures JARs in the order in which classes are looked for in them.
   *
   * @throws IllegalArgumentException if there are none or too many, or a name cannot be signed
   * @throws IOException if one is not there or cannot be read
   */
  public static ClassPathMeasurement measure(List<Path> jars) throws IOException {
    if (jars.isEmpty() || jars.size() > ClassPathEntry.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "class path: expected 1 to " + ClassPathEntry.MAX_ENTRIES + " files, got " + jars.size());
    }
    List<ClassPathEntry> entries = new ArrayList<>();
    for (Path jar : jars) {
      switch (JarRuler.measure(jar, JarRuler.Use.LIBRARY)) {
        case JarMeasurement.Refused(JarMeasurement.Reason reason, String detail) -> {
          return new ClassPathMeasurement.Refused(jar, reason, detail);
        }
        case JarMeasurement.Measured m ->
            entries.add(new ClassPathEntry(jar.getFileName().toString(), m.digest(), m.size()));
      }
    }
    return new ClassPathMeasurement.Measured(entries);
  }
}
