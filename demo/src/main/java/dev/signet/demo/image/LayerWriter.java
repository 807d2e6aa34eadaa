// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a layer of a container image: a tar archive (POSIX ustar) with the directories, files and
 * links of this host that it is given, all owned by root.
 */
final class LayerWriter implements Closeable {
  private static final int BLOCK = 512;
  private static final int NAME = 100;

  private final OutputStream out;
  private final Set<String> directories = new HashSet<>();

  LayerWriter(OutputStream out) {
    this.out = out;
  }

  /** A file or directory with all that is in it. */
  void tree(String name, Path source) throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      for (Path path : all.sorted().toList()) {
        String inside = source.relativize(path).toString();
        String entry = inside.isEmpty() ? name : name + "/" + inside;
        if (Files.isSymbolicLink(path)) {
          above(entry);
          header(entry, '2', 0777, 0, 0, Files.readSymbolicLink(path).toString());
        } else if (Files.isDirectory(path)) {
          above(entry);
          directory(entry);
        } else {
          file(entry, path);
        }
      }
    }
  }

  /** A file; a link to one counts as its content. */
  void file(String name, Path source) throws IOException {
    above(name);
    long modified = Files.getLastModifiedTime(source).toInstant().getEpochSecond();
    long size = Files.size(source);
    header(name, '0', Files.isExecutable(source) ? 0755 : 0644, size, modified, "");
    out.write(Files.readAllBytes(source));
    out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
  }

  void symbolicLink(String name, String target) throws IOException {
    above(name);
    header(name, '2', 0777, 0, 0, target);
  }

  private void above(String name) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash > 0) {
      above(name.substring(0, slash));
      directory(name.substring(0, slash));
    }
  }

  private void directory(String name) throws IOException {
    if (directories.add(name)) {
      header(name + "/", '5', 0755, 0, 0, "");
    }
  }

  private void header(String name, char type, int mode, long size, long modified, String link)
      throws IOException {
    byte[] header = new byte[BLOCK];
    text(header, 0, NAME, name);
    octal(header, 100, 8, mode);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, size);
    octal(header, 136, 12, modified);
    text(header, 148, 8, "        ");
    header[156] = (byte) type;
    text(header, 157, NAME, link);
    text(header, 257, 6, "ustar\0");
    text(header, 263, 2, "00");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 7, sum);
    out.write(header);
  }

  private static void text(byte[] header, int at, int most, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > most) {
      throw new IOException("a name is longer than the " + most + " bytes of its field: " + text);
    }
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static void octal(byte[] header, int at, int length, long value) throws IOException {
    text(header, at, length, String.format(Locale.ROOT, "%0" + (length - 1) + "o", value));
  }

  /** Ends the archive. */
  @Override
  public void close() throws IOException {
    try (out) {
      out.write(new byte[2 * BLOCK]);
    }
  }

  /** What files of this host a program is loaded with, by the dynamic linker's own word. */
  static List<Path> librariesOf(Path program) throws IOException {
    Process ldd = new ProcessBuilder("ldd", program.toString()).start();
    String said = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Stream.of(said.split("\\s+")).filter(w -> w.startsWith("/")).map(Path::of).toList();
  }

  static boolean isLibrary(Path file) {
    return file.toString().endsWith(".so") && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }
}
