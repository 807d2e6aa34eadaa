// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What killed launchers left: launch directories whose lock nobody holds. The rules of the house:
 *
 * <ul>
 *   <li>Only a directory of our own user that is named like one; links are not followed.
 *   <li>With a lock file it is removed by whoever takes the lock, who keeps it until it is gone.
 *   <li>Without one only if it is empty: it was just made, or was all but removed. A launcher that
 *       loses its new directory so, makes another.
 * </ul>
 */
final class LaunchDirectoryRemains {
  private static final Logger LOG = LoggerFactory.getLogger(LaunchDirectoryRemains.class);

  private LaunchDirectoryRemains() {}

  /**
   * Removes them. A failure is logged and keeps nobody from a launch: the next one tries again.
   *
   * @param own a launch directory of this process; it stays
   * @param remains done with the lock held, before a directory is removed
   */
  static void removeBeside(Path own, LaunchDirectory.Remains remains) {
    try {
      UserPrincipal user = attributes(own).owner();
      for (Path directory : launchDirectories(own.getParent())) {
        if (!directory.equals(own)) {
          removeIfLeft(directory, user, remains);
        }
      }
    } catch (IOException e) {
      LOG.warn("what killed launchers left cannot be looked for: {}", e.toString());
    }
  }

  private static List<Path> launchDirectories(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(parent, LaunchDirectory.PREFIX + "*")) {
      all.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static void removeIfLeft(
      Path directory, UserPrincipal user, LaunchDirectory.Remains remains) {
    try {
      PosixFileAttributes attributes = attributes(directory);
      if (!attributes.isDirectory() || !attributes.owner().equals(user)) {
        return;
      }
      Optional<LaunchDirectoryLock> lock = LaunchDirectoryLock.take(directory);
      if (lock.isPresent()) {
        try (LaunchDirectoryLock _ = lock.get()) {
          remains.remove(directory.getFileName().toString());
          LaunchDirectoryRemoval.remove(directory);
        }
      } else {
        Files.delete(directory);
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      LOG.debug("{} is gone, or its launcher lives", directory);
    } catch (IOException e) {
      LOG.warn("a killed launcher left {}, which cannot be removed: {}", directory, e.toString());
    }
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
