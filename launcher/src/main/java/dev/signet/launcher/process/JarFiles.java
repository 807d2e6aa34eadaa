// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.protocol.ClassPathEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Private copies of everything that an agent's JVM loads classes from: its JAR, and what follows it
 * on the class path. No directory, no wildcard, no file that was not copied.
 */
public final class JarFiles implements Closeable {
  private final PrivateCopy jar;
  private final List<PrivateCopy> classPath;
  private final List<ClassPathEntry> entries;

  private JarFiles(PrivateCopy jar, List<PrivateCopy> classPath, List<ClassPathEntry> entries) {
    this.jar = jar;
    this.classPath = List.copyOf(classPath);
    this.entries = List.copyOf(entries);
  }

  /** A JAR that is complete. */
  static JarFiles of(PrivateCopy jar) {
    return new JarFiles(jar, List.of(), List.of());
  }

  /**
   * Copies and measures.
   *
   * @param maxBytes the longest of each to accept
   * @throws IOException if one is no regular file, is too long, or cannot be copied
   * @throws IllegalArgumentException if one has a name that cannot be signed, or there are too many
   */
  public static JarFiles copy(
      Path jar, List<Path> classPath, LaunchDirectory directory, long maxBytes) throws IOException {
    if (classPath.size() > ClassPathEntry.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "class path: expected at most " + ClassPathEntry.MAX_ENTRIES + " files");
    }
    List<PrivateCopy> copies = new ArrayList<>();
    try {
      copies.add(PrivateCopy.of(jar, directory, maxBytes));
      List<ClassPathEntry> entries = new ArrayList<>();
      for (Path file : classPath) {
        // Two files may have one name; the order is in the copies' names.
        String name = String.format(Locale.ROOT, "%03d.jar", copies.size());
        PrivateCopy copy = PrivateCopy.of(file, directory, name, maxBytes);
        copies.add(copy);
        entries.add(new ClassPathEntry(file.getFileName().toString(), copy.digest(), copy.bytes()));
      }
      return new JarFiles(copies.getFirst(), copies.subList(1, copies.size()), entries);
    } catch (IOException | IllegalArgumentException e) {
      for (PrivateCopy copy : copies) {
        copy.close();
      }
      throw e;
    }
  }

  /** The agent's own. */
  public PrivateCopy jar() {
    return jar;
  }

  /** Copies of what follows it, in its order. */
  public List<PrivateCopy> classPath() {
    return classPath;
  }

  /** What follows it, by the names that the files had, as reference statements list it. */
  public List<ClassPathEntry> entries() {
    return entries;
  }

  /**
   * What a JVM is told to start.
   *
   * @param mainClass for the class path; where it is empty, the JAR alone is started
   */
  List<String> start(Optional<String> mainClass) {
    if (mainClass.isEmpty()) {
      return List.of("-jar", jar.path().toString());
    }
    String all =
        Stream.concat(Stream.of(jar), classPath.stream())
            .map(copy -> copy.path().toString())
            .collect(Collectors.joining(":"));
    return List.of("-cp", all, mainClass.get());
  }

  /**
   * The last look before the start (ATTACKS 28).
   *
   * @throws IOException if one is not what was measured
   */
  void requireUnchanged() throws IOException {
    jar.requireUnchanged();
    for (PrivateCopy copy : classPath) {
      copy.requireUnchanged();
    }
  }

  @Override
  public void close() throws IOException {
    jar.close();
    for (PrivateCopy copy : classPath) {
      copy.close();
    }
  }
}
