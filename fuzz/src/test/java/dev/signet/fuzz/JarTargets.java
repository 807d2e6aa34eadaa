// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are said to be JARs. The file can be read, so an exception is a finding. */
final class JarTargets {
  private static final Path FILE = file();

  private JarTargets() {}

  /** Accepted is what {@code java -jar} may start. */
  static boolean jar(byte[] input) throws IOException {
    Files.write(FILE, input);
    JarMeasurement executable = measured(input, JarRuler.Use.EXECUTABLE);
    JarMeasurement program = measured(input, JarRuler.Use.PROGRAM);
    JarMeasurement library = measured(input, JarRuler.Use.LIBRARY);
    if (executable instanceof JarMeasurement.Measured) {
      require(program.equals(executable), "another program on a class path");
    }
    if (program instanceof JarMeasurement.Measured) {
      require(library.equals(program), "another library than program");
    }
    return executable instanceof JarMeasurement.Measured;
  }

  private static JarMeasurement measured(byte[] input, JarRuler.Use use) throws IOException {
    JarMeasurement result = JarRuler.measure(FILE, use);
    if (result instanceof JarMeasurement.Measured measured) {
      require(measured.digest().equals(Digest.hash(input)), "another digest");
      require(measured.size() == input.length, "another size");
    }
    return result;
  }

  private static Path file() {
    try {
      Path file = Files.createTempFile("fuzz", ".jar");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
