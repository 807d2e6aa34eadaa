// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * A JAR on an agent's class path, after the agent's own.
 *
 * @param name of the file, without directories
 * @param digest of the whole file
 * @param size in bytes
 */
public record ClassPathEntry(String name, Digest digest, long size) {
  /** More than any program needs; fewer than a statement can hold. */
  public static final int MAX_ENTRIES = 512;

  public ClassPathEntry {
    Require.text(name, 255, "name");
    if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '/' || c == ':')
        || name.equals(".")
        || name.equals("..")) {
      throw new IllegalArgumentException(
          "name: expected a file's name without directories, colons and control characters");
    }
    Require.present(digest, "digest");
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more bytes");
    }
  }

  /**
   * What stands for a whole class path: SHA-256 over one line for each entry in its order, {@code
   * <hex SHA-256> SP <size> SP <name> LF} in UTF-8.
   */
  public static Digest digest(List<ClassPathEntry> entries) {
    if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "classPath: expected 1 to " + MAX_ENTRIES + " entries, got " + entries.size());
    }
    MessageDigest listing = Digest.sha256();
    for (ClassPathEntry e : entries) {
      String line = e.digest().toHex() + " " + e.size() + " " + e.name() + "\n";
      listing.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Digest.ofDigest(listing.digest());
  }

  /** Bytes of all entries together. */
  public static long size(List<ClassPathEntry> entries) {
    return entries.stream().mapToLong(ClassPathEntry::size).sum();
  }
}
