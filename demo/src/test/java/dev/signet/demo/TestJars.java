// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.demo.testagent.TestAgent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Executable JARs of test agents. */
final class TestJars {
  private TestJars() {}

  static Path agent(Path file) throws IOException {
    return agent(file, 0);
  }

  /** Of another program, which is one class. */
  static Path of(Class<?> program, Path file) throws IOException {
    return of(program, file, 0);
  }

  /**
   * @param padding bytes that it is larger; they do not compress
   */
  static Path agent(Path file, int padding) throws IOException {
    return of(TestAgent.class, file, padding);
  }

  private static Path of(Class<?> main, Path file, int padding) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    String entry = main.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream made = new JarOutputStream(out, manifest);
        InputStream code = main.getResourceAsStream("/" + entry)) {
      made.putNextEntry(new JarEntry(entry));
      code.transferTo(made);
      made.putNextEntry(new JarEntry("padding"));
      byte[] noise = new byte[padding];
      new Random(padding).nextBytes(noise);
      made.write(noise);
    }
    return file;
  }

  /** The agent in two JARs: the first names the program, the second has it. */
  static Path agent(Path file, Path library) throws IOException {
    agent(library);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, TestAgent.class.getName());
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
    return file;
  }
}
