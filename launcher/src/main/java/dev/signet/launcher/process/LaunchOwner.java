// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock on a launch's directory, which the kernel holds for as long as the launcher lives: by it
 * another launcher knows whether anybody will still remove that directory.
 */
final class LaunchOwner implements Closeable {
  private static final String FILE = "owner";

  /**
   * Of this JVM, which loses its lock on a file when it closes that file, whichever way it opened
   * it.
   */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private LaunchOwner(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /** Makes this process the owner of a new directory. */
  static LaunchOwner of(Path directory) throws IOException {
    OWN.add(directory);
    // Locked before it has the name that others look for.
    Path unnamed = directory.resolve("." + FILE);
    FileChannel channel =
        FileChannel.open(
            unnamed,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    LaunchOwner owner = new LaunchOwner(directory, channel);
    try {
      lock(channel, directory);
      Files.move(unnamed, directory.resolve(FILE));
      return owner;
    } catch (IOException e) {
      owner.close();
      throw e;
    }
  }

  private static void lock(FileChannel channel, Path directory) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      throw new IOException("another process holds the new launch directory " + directory);
    }
  }

  /** Becomes the owner of a directory whose owner has died; empty if it lives. */
  static Optional<LaunchOwner> takeOver(Path directory) throws IOException {
    if (!OWN.add(directory)) {
      return Optional.empty();
    }
    boolean taken = false;
    try {
      FileChannel channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      if (channel.tryLock() == null) {
        channel.close();
        return Optional.empty();
      }
      taken = true;
      return Optional.of(new LaunchOwner(directory, channel));
    } catch (NoSuchFileException e) {
      // Being made this moment, or removed.
      return Optional.empty();
    } finally {
      if (!taken) {
        OWN.remove(directory);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    OWN.remove(directory);
  }
}
