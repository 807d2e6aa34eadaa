// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code signet demo}: the whole story on simulated TPMs. Exit code 0 if every scene came as
 * expected, 1 if not, 64 for a wrong call.
 */
public final class Demo {
  private static final List<String> OPTIONS = List.of("--json", "--help");

  private Demo() {}

  public static void main(String[] arguments) throws Exception {
    List<String> given = List.of(arguments);
    if (!OPTIONS.containsAll(given)) {
      System.err.println("signet demo: expected at most --json, got " + given);
      System.exit(64);
    }
    if (given.contains("--help")) {
      System.out.println(
          "usage: signet demo [--json]\n"
              + "Shows on simulated TPMs what Signet lets through and what it refuses.");
      return;
    }
    // Libraries' informational lines would stand between the scenes.
    Logger.getLogger("").setLevel(Level.SEVERE);
    System.exit(play(System.out, given.contains("--json")) ? 0 : 1);
  }

  /** Plays all scenes; true if all came as expected. Nothing is left running or on disk. */
  static boolean play(PrintStream out, boolean json) throws Exception {
    PrintStream utf8 = new PrintStream(out, true, StandardCharsets.UTF_8);
    Story story = new Story(utf8, json);
    Path directory = Files.createTempDirectory("sgn");
    try (World world = World.build(directory, story)) {
      new Scenes(world, story).play();
    } finally {
      delete(directory);
    }
    return story.end();
  }

  static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
