// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's control groups (cgroups(7)), of either version, in which containers are bounded:
 * each has one below {@value #PARENT} with the name of its launch.
 */
public final class Cgroups {
  private static final String PARENT = "signet";
  private static final Path MOUNTED = Path.of("/sys/fs/cgroup");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(10);

  /** One for each hierarchy: of version 2 one, of version 1 one for each controller. */
  private final List<Path> hierarchies;

  private Cgroups(List<Path> hierarchies) {
    this.hierarchies = hierarchies;
  }

  static Cgroups find() throws IOException {
    return find(MOUNTED);
  }

  /**
   * @throws IOException if there are none, or they cannot be written
   */
  static Cgroups find(Path mounted) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.exists(mounted.resolve("cgroup.controllers"))) {
      found.add(mounted);
    } else if (Files.isDirectory(mounted)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(mounted)) {
        for (Path entry : entries) {
          if (Files.exists(entry.resolve("cgroup.procs"))) {
            found.add(entry.toRealPath());
          }
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          "an image's memory and processes are bounded by control groups, and there are none at "
              + mounted
              + "; mount them (mount -t cgroup2 none "
              + mounted
              + ")");
    }
    for (Path hierarchy : found) {
      if (!Files.getFileStore(hierarchy).isReadOnly() && Files.isWritable(hierarchy)) {
        continue;
      }
      throw new IOException(
          "an image's memory and processes are bounded by control groups, and those at "
              + hierarchy
              + " cannot be written here");
    }
    return new Cgroups(found.stream().distinct().toList());
  }

  /** The group of a launch, as the runtime wants it. */
  static String path(String launch) {
    return "/" + PARENT + "/" + launch;
  }

  /**
   * Whether a process is in a launch's group where the kernel bounds something to no more than was
   * planned.
   *
   * @param files what the bound's file is called, in either version
   */
  boolean bounds(String launch, long pid, List<String> files, long most) throws IOException {
    for (Path group : of(launch)) {
      for (String name : files) {
        Path file = group.resolve(name);
        if (Files.exists(file)) {
          String bound = Files.readString(file).strip();
          return bound.matches("[0-9]{1,18}")
              && Long.parseLong(bound) <= most
              && Files.readAllLines(group.resolve("cgroup.procs")).contains(Long.toString(pid));
        }
      }
    }
    return false;
  }

  /** Where a launch's group is in each hierarchy that has it. */
  List<Path> of(String launch) {
    return hierarchies.stream()
        .map(hierarchy -> hierarchy.resolve(PARENT).resolve(launch))
        .filter(Files::isDirectory)
        .toList();
  }

  /**
   * Kills what is still in a launch's groups, and removes them; nothing happens where there are
   * none.
   *
   * @throws IOException if something in them does not end in time
   */
  public void remove(String launch) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (Path group : of(launch)) {
      while (!removed(group)) {
        if (System.nanoTime() > end) {
          throw new IOException("processes of an ended container are still in " + group);
        }
        kill(group);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** The same on a host that may have none. */
  public static void removeIfAny(String launch) throws IOException {
    Cgroups cgroups;
    try {
      cgroups = find();
    } catch (IOException e) {
      // Then there is no container either.
      return;
    }
    cgroups.remove(launch);
  }

  private static boolean removed(Path group) throws IOException {
    try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
      for (Path child : below) {
        if (!removed(child)) {
          return false;
        }
      }
    }
    try {
      return Files.deleteIfExists(group);
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (FileSystemException e) {
      // EBUSY: there are processes in it, if only for a moment longer.
      if (Files.exists(group)) {
        return false;
      }
      return true;
    }
  }

  private static void kill(Path group) throws IOException {
    try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
      for (Path child : below) {
        kill(child);
      }
    }
    for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
