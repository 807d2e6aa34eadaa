// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The directories of exchange logs: one for each launch, named after its beginning, so that names
 * sort by time; in it numbered files, and {@code lock}, which the launcher holds while it lives.
 */
final class LaunchLogs {
  static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final String LOCK = "lock";
  private static final Pattern LAUNCH = Pattern.compile("[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_-]{22}");
  private static final Pattern FILE = Pattern.compile("[0-9]{8}\\.jsonl");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private LaunchLogs() {}

  /** A launch's own directory, made new, and its lock; closing the channel lets it go. */
  record Own(Path path, FileChannel lock) {}

  /**
   * Makes the directory of a launch.
   *
   * @throws IOException also if others than the owner may enter {@code all}
   */
  static Own create(Path all, String launch, Instant now) throws IOException {
    Files.createDirectories(all, OWNER_DIRECTORY);
    requireOwnersOnly(all);
    Path own =
        Files.createDirectory(all.resolve(STAMP.format(now) + "-" + launch), OWNER_DIRECTORY);
    FileChannel lock =
        FileChannel.open(
            own.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OWNER_FILE);
    lock.lock();
    return new Own(own, lock);
  }

  private static void requireOwnersOnly(Path all) throws IOException {
    String mode =
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(all, LinkOption.NOFOLLOW_LINKS));
    if (!Files.isDirectory(all, LinkOption.NOFOLLOW_LINKS) || !mode.endsWith("------")) {
      throw new IOException(
          "expected a directory for exchange logs at "
              + all
              + " that only its owner enters, it has the mode "
              + mode
              + "; chmod 700 it");
    }
  }

  /** The launches' directories, oldest first; none if there is no such directory. */
  static List<Path> launches(Path all) throws IOException {
    return named(all, LAUNCH);
  }

  /** The files of a launch, oldest first; none if it was removed. */
  static List<Path> files(Path launch) throws IOException {
    return named(launch, FILE);
  }

  /** The n-th file of a launch. */
  static Path file(Path launch, int n) {
    return launch.resolve("%08d.jsonl".formatted(n));
  }

  private static List<Path> named(Path directory, Pattern name) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (name.matcher(entry.getFileName().toString()).matches()
            && !Files.isSymbolicLink(entry)) {
          found.add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    Collections.sort(found);
    return found;
  }

  /** Removes the oldest launches that have ended, until the rest is within bounds. */
  static void prune(Path all, LogSettings.Bounds bounds) throws IOException {
    List<Path> launches = new ArrayList<>(launches(all));
    long bytes = 0;
    int kept = 0;
    for (Path launch : launches.reversed()) {
      bytes += size(launch);
      kept++;
      if (kept > bounds.launches() + 1 || bytes > bounds.totalBytes()) {
        removeIfEnded(launch);
      }
    }
  }

  private static long size(Path launch) throws IOException {
    long bytes = 0;
    for (Path file : files(launch)) {
      bytes += sizeIfThere(file);
    }
    return bytes;
  }

  private static long sizeIfThere(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) { // another launcher was faster
      return 0;
    }
  }

  /** By whoever holds its lock. */
  static void remove(Path launch) throws IOException {
    for (Path file : files(launch)) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(launch.resolve(LOCK));
    Files.deleteIfExists(launch);
  }

  private static void removeIfEnded(Path launch) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                launch.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                OWNER_FILE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return;
      }
      remove(launch);
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      // Of a launch in this process; or another launcher is removing it.
      return;
    }
  }
}
