// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.runtime;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a Java runtime is, by everything in its directory that a running JVM reads: launcher,
 * modules, libraries, class-data archives, configuration and trust store. Sources, headers, manual
 * pages and packaged modules are left out.
 *
 * <p>The digest is SHA-256 over one line for each file, sorted by path: {@code <hex SHA-256> SP SP
 * <path> LF}. A symbolic link counts as the content it leads to; one that leads nowhere has {@code
 * dangling} in the place of a digest. Names with control characters are refused: they could write
 * lines of their own.
 *
 * @param description the runtime's own words: vendor and version
 * @param digest over the listing
 * @param files how many files were read
 * @param size of all of them, in bytes
 */
public record RuntimeMeasurement(String description, Digest digest, int files, long size) {
  private static final Set<String> NOT_READ =
      Set.of("jmods", "include", "man", "legal", "demo", "sample", "docs");

  private static final int MAX_FILES = 20_000;
  private static final int PIECE = 256 * 1024;

  /**
   * Reads a runtime; some hundred milliseconds for a JDK.
   *
   * @param home its directory, with {@code release} and {@code bin/java} in it
   */
  public static RuntimeMeasurement of(Path home) throws IOException {
    Path root = home.toRealPath();
    List<String> paths = paths(root);
    if (paths.size() > MAX_FILES) {
      throw new IOException(
          "a Java runtime has at most " + MAX_FILES + " files; there are more in " + home);
    }
    try {
      List<Line> lines = paths.parallelStream().map(path -> line(root, path)).toList();
      MessageDigest listing = Digest.sha256();
      lines.forEach(line -> listing.update(line.text().getBytes(StandardCharsets.UTF_8)));
      return new RuntimeMeasurement(
          description(root),
          Digest.ofDigest(listing.digest()),
          lines.size(),
          lines.stream().mapToLong(Line::size).sum());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<String> paths(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root, 16, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(path -> !path.equals(root))
          .map(root::relativize)
          .filter(path -> !NOT_READ.contains(path.getName(0).toString()))
          .filter(path -> !path.getFileName().toString().equals("src.zip"))
          .filter(path -> !Files.isDirectory(root.resolve(path)))
          .map(Path::toString)
          .sorted()
          .limit(MAX_FILES + 1L)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private record Line(String text, long size) {}

  private static Line line(Path root, String path) {
    if (path.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == 0xfffd)) {
      throw new UncheckedIOException(
          new IOException("expected file names of readable characters in " + root));
    }
    Path file = root.resolve(path);
    if (!Files.exists(file)) {
      return new Line("dangling  " + path + "\n", 0);
    }
    if (!Files.isRegularFile(file)) {
      throw new UncheckedIOException(new IOException("not a file or directory: " + file));
    }
    MessageDigest digest = Digest.sha256();
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] piece = new byte[PIECE];
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        digest.update(piece, 0, read);
        size += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Line(Digest.ofDigest(digest.digest()).toHex() + "  " + path + "\n", size);
  }

  private static String description(Path root) throws IOException {
    Properties release = new Properties();
    try (InputStream in = Files.newInputStream(root.resolve("release"))) {
      release.load(in);
    }
    return unquoted(release, "IMPLEMENTOR") + " " + unquoted(release, "JAVA_RUNTIME_VERSION");
  }

  private static String unquoted(Properties release, String name) {
    return release.getProperty(name, "unknown").replace("\"", "").strip();
  }
}
