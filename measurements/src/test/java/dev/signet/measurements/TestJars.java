// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small archives, each entry's content given. */
final class TestJars {
  static final String MANIFEST = "META-INF/MANIFEST.MF";
  static final String GOOD = "Manifest-Version: 1.0\r\nMain-Class: acme.Agent\r\n";

  private TestJars() {}

  static Path withManifest(Path file, String manifest) throws IOException {
    return write(file, Map.of(MANIFEST, manifest + "\r\n"));
  }

  static Path write(Path file, Map<String, String> entries) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (var entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return file;
  }
}
