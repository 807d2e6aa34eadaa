// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The user of an image's process, in the image's own numbers.
 *
 * @param uid below {@value RuntimeConfig#IDS}
 * @param gid below {@value RuntimeConfig#IDS}
 */
record ImageUser(int uid, int gid) {
  private static final long MAX_FILE = 1 << 20;

  ImageUser {
    require(uid, "user");
    require(gid, "group");
  }

  /**
   * Reads {@code USER[:GROUP]}, names or numbers, as the image's own lists of users have them.
   *
   * @param words empty or null for root, as images without a user mean it
   * @param root the image's files, which nobody changes any more
   * @throws IOException if there is no such user or group
   */
  static ImageUser of(String words, Path root) throws IOException {
    if (words == null || words.isEmpty()) {
      return new ImageUser(0, 0);
    }
    String[] parts = words.split(":", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw new IOException("the image's user: expected USER or USER:GROUP, got " + words);
    }
    List<String[]> users = lines(root.resolve("etc/passwd"), 4);
    boolean numeric = parts[0].matches("[0-9]{1,9}");
    String[] entry =
        users.stream()
            .filter(fields -> fields[numeric ? 2 : 0].equals(parts[0]))
            .findFirst()
            .orElse(null);
    if (entry == null && !numeric) {
      throw new IOException("the image's user: there is no " + parts[0] + " in its /etc/passwd");
    }
    int uid = number(numeric ? parts[0] : entry[2]);
    if (parts.length == 2) {
      return of(uid, group(parts[1], root));
    }
    return of(uid, entry == null ? 0 : number(entry[3]));
  }

  private static ImageUser of(int uid, int gid) throws IOException {
    try {
      return new ImageUser(uid, gid);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static int group(String words, Path root) throws IOException {
    if (words.matches("[0-9]{1,9}")) {
      return number(words);
    }
    for (String[] fields : lines(root.resolve("etc/group"), 3)) {
      if (fields[0].equals(words)) {
        return number(fields[2]);
      }
    }
    throw new IOException("the image's group: there is no " + words + " in its /etc/group");
  }

  private static int number(String digits) throws IOException {
    if (!digits.matches("[0-9]{1,9}")) {
      throw new IOException("the image's user: expected a number, got " + digits);
    }
    return Integer.parseInt(digits);
  }

  /** A file of the image alone: a link could lead to the host's. */
  private static List<String[]> lines(Path file, int fields) throws IOException {
    if (!Files.isDirectory(file.getParent(), LinkOption.NOFOLLOW_LINKS)
        || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    if (Files.size(file) > MAX_FILE) {
      throw new IOException("the image's " + file.getFileName() + " is longer than " + MAX_FILE);
    }
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
        .lines()
        .map(line -> line.split(":", -1))
        .filter(parts -> parts.length >= fields)
        .toList();
  }

  private static void require(int id, String what) {
    if (id < 0 || id >= RuntimeConfig.IDS) {
      throw new IllegalArgumentException(
          "the image's %s: expected a number below %d, got %d"
              .formatted(what, RuntimeConfig.IDS, id));
    }
  }
}
