// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/**
 * Removes a launch directory with everything in it; symbolic links are removed, not followed. Names
 * are looked up in open directories only, never as paths: something that outlived the agent could
 * put a link in a path's place meanwhile, and have the launcher's rights delete elsewhere.
 */
final class LaunchDirectoryRemoval {
  /** Each level takes a file descriptor and a stack frame. */
  private static final int MAX_DEPTH = 256;

  private LaunchDirectoryRemoval() {}

  /**
   * @param root locked by the caller
   * @throws IOException if something could not be removed; the rest stays, and its lock file
   */
  static void remove(Path root) throws IOException {
    try (DirectoryStream<Path> parent = Files.newDirectoryStream(root.getParent())) {
      SecureDirectoryStream<Path> in = secure(parent);
      try (SecureDirectoryStream<Path> entries = open(in, root.getFileName())) {
        removeEntries(entries, MAX_DEPTH);
        // Last of all: what is cut off before, a later launch takes up.
        entries.deleteFile(LaunchDirectoryLock.NAME);
      }
      try {
        in.deleteDirectory(root.getFileName());
      } catch (NoSuchFileException e) {
        // Empty and without a lock: a launch that began just now has removed it.
        return;
      }
    }
  }

  private static void removeEntries(SecureDirectoryStream<Path> entries, int depth)
      throws IOException {
    try {
      for (Path entry : entries) {
        Path name = entry.getFileName();
        if (depth != MAX_DEPTH || !name.equals(LaunchDirectoryLock.NAME)) {
          remove(entries, name, depth - 1);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static void remove(SecureDirectoryStream<Path> in, Path name, int depth)
      throws IOException {
    boolean directory =
        in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes()
            .isDirectory();
    if (!directory) {
      in.deleteFile(name);
      return;
    }
    if (depth == 0) {
      throw new IOException("the agent left directories deeper than " + MAX_DEPTH + " levels");
    }
    try (SecureDirectoryStream<Path> entries = open(in, name)) {
      removeEntries(entries, depth);
    }
    in.deleteDirectory(name);
  }

  private static SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> in, Path name)
      throws IOException {
    return in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new IOException("this platform cannot remove files by open directories");
  }
}
