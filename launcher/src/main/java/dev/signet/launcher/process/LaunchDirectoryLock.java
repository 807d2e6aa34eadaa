// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Says that a launch directory's launcher lives: a locked file in it. The kernel drops the lock
 * with the process, however that ends; a process number in a file could be another's by then.
 */
final class LaunchDirectoryLock implements Closeable {
  static final Path NAME = Path.of("lock");

  /**
   * Held by this process. Their files are not opened a second time: POSIX locks belong to a
   * process, which loses them as soon as it closes any descriptor of the file (fcntl(2)).
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path directory;
  private final FileChannel channel;

  private LaunchDirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory that was just made.
   *
   * @return empty if another launcher took it for a remainder before it was locked, and removed it
   *     or is about to
   */
  static Optional<LaunchDirectoryLock> create(Path directory) throws IOException {
    synchronized (HELD) {
      try {
        Files.createFile(
            directory.resolve(NAME),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
      return take(directory);
    }
  }

  /**
   * Takes over a directory whose launcher is gone.
   *
   * @return empty if its launcher lives, if somebody else is removing it, or if it has no lock file
   */
  static Optional<LaunchDirectoryLock> take(Path directory) throws IOException {
    synchronized (HELD) {
      Path file = directory.resolve(NAME);
      if (HELD.contains(directory) || !isFile(file)) {
        return Optional.empty();
      }
      FileChannel channel;
      try {
        channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
      boolean taken = false;
      try {
        // Still there once it is locked: whoever had it before may have removed it meanwhile.
        taken = channel.tryLock() != null && isFile(file);
      } finally {
        if (!taken) {
          channel.close();
        }
      }
      if (!taken) {
        return Optional.empty();
      }
      HELD.add(directory);
      return Optional.of(new LaunchDirectoryLock(directory, channel));
    }
  }

  /** Looked at before it is opened: opening a pipe would wait for its reader. */
  private static boolean isFile(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      HELD.remove(directory);
      channel.close();
    }
  }
}
