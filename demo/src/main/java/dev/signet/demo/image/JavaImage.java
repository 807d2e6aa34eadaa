// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Images that hold nothing but a Java runtime of their own, the C library that it needs, and an
 * agent's JAR: everything that the agent runs is then measured.
 */
public final class JavaImage {
  private static final String JAVA = "opt/java";
  private static final String JAR = "opt/agent/agent.jar";

  private JavaImage() {}

  /**
   * Writes the layer with the Java runtime, which many images can share.
   *
   * @param scratch an existing directory
   * @param modules that the agent needs
   * @return the layer's archive
   */
  public static Path runtimeLayer(Path scratch, List<String> modules)
      throws IOException, InterruptedException {
    Path runtime = scratch.resolve("runtime");
    Process jlink =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                String.join(",", modules),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--generate-cds-archive",
                "--output",
                runtime.toString())
            .redirectErrorStream(true)
            .start();
    // A process, since JVMs that it starts in turn write to its standard output.
    String said = new String(jlink.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jlink.waitFor() != 0) {
      throw new IOException("jlink failed: " + said);
    }
    Path layer = scratch.resolve("runtime.tar");
    try (LayerWriter writer = writer(layer)) {
      writer.tree(JAVA, runtime);
      for (Path library : libraries(runtime)) {
        writer.file(library.toString().substring(1), library);
      }
    }
    return layer;
  }

  private static Set<Path> libraries(Path runtime) throws IOException {
    List<Path> loaded = new ArrayList<>(List.of(runtime.resolve("bin").resolve("java")));
    try (Stream<Path> all = Files.walk(runtime.resolve("lib"))) {
      all.filter(LayerWriter::isLibrary).forEach(loaded::add);
    }
    Set<Path> needed = new TreeSet<>();
    for (Path program : loaded) {
      for (Path library : LayerWriter.librariesOf(program)) {
        if (!library.startsWith(runtime)) {
          needed.add(library);
        }
      }
    }
    return needed;
  }

  /**
   * Writes an image that starts a JAR.
   *
   * @param runtimeLayer of {@link #runtimeLayer}
   */
  public static ImageLayout write(Path directory, Path runtimeLayer, Path jar) throws IOException {
    Files.createDirectories(directory);
    Path layer = Files.createTempFile(directory, "agent", ".tar");
    try {
      try (LayerWriter writer = writer(layer)) {
        writer.file(JAR, jar);
      }
      return ImageLayout.write(
          directory,
          List.of(
              "/" + JAVA + "/bin/java",
              "-XX:+DisableAttachMechanism",
              "-XX:-UsePerfData",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              // There are no locales in it.
              "-Dstdout.encoding=UTF-8",
              "-Dstderr.encoding=UTF-8",
              "-jar",
              "/" + JAR),
          Map.of("User", "1000:1000", "WorkingDir", "/opt/agent"),
          List.of(runtimeLayer, layer));
    } finally {
      Files.delete(layer);
    }
  }

  private static LayerWriter writer(Path file) throws IOException {
    return new LayerWriter(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }
}
