// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What of the host's files an agent does not see: where programs leave sockets, devices, and what
 * belongs to people. In their place it has empty directories of its own, in memory, and of devices
 * the few that every program needs. All of it is mounted in the calling thread's own mount
 * namespace; the host sees nothing of it.
 */
final class CoveredFiles {
  /** Where the host's programs leave sockets and files for each other, people theirs, and TPMs. */
  private static final List<String> EMPTIED =
      List.of(
          "/run",
          "/tmp",
          "/var/tmp",
          "/home",
          "/root",
          "/sys/kernel/security",
          "/sys/kernel/debug",
          "/sys/kernel/tracing",
          "/sys/fs/bpf");

  /** To these everybody may write, elsewhere too. */
  private static final Set<String> SCRATCH = Set.of("/tmp", "/var/tmp");

  private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");
  private static final Path DEV = Path.of("/dev");
  private static final Path PROC = Path.of("/proc");

  // mount(2), MS_ constants.
  private static final long NO_SET_USER_ID = 2;
  private static final long NO_DEVICES = 4;
  private static final long NO_PROGRAMS = 8;
  private static final long RECURSIVE = 1 << 14;
  private static final long PRIVATE = 1 << 18;

  private final Map<Path, String> emptied;
  private final Set<Path> kept;

  private CoveredFiles(Map<Path, String> emptied, Set<Path> kept) {
    this.emptied = emptied;
    this.kept = kept;
  }

  /**
   * Finds what is to be covered on this host.
   *
   * @param kept directories that the agent, and whoever starts it, need to see all the same
   * @throws IllegalArgumentException if such a directory holds one that is to be covered
   */
  static CoveredFiles plan(List<Path> kept) throws IOException {
    Map<Path, String> emptied = new LinkedHashMap<>();
    for (String name : EMPTIED) {
      Path path = Path.of(name);
      // By its real path: a link would go on leading to what it led to.
      if (Files.isDirectory(path)) {
        emptied.putIfAbsent(
            path.toRealPath(), SCRATCH.contains(name) ? "mode=1777,size=64m" : "mode=0755,size=1m");
      }
    }
    Set<Path> real = new TreeSet<>();
    for (Path path : kept) {
      Path directory = path.toRealPath();
      for (Path covered : Stream.concat(emptied.keySet().stream(), Stream.of(DEV, PROC)).toList()) {
        if (covered.startsWith(directory)) {
          throw new IllegalArgumentException(
              "the agent needs to see %s, and is not to see %s, which lies in it; name a directory of its own"
                  .formatted(directory, covered));
        }
      }
      real.add(directory);
    }
    return new CoveredFiles(emptied, real);
  }

  /** The directories in whose place the agent has others. */
  Set<Path> emptied() {
    Set<Path> all = new TreeSet<>(emptied.keySet());
    all.add(DEV);
    return all;
  }

  /** Covers everything, for the calling thread, which has a mount namespace of its own. */
  void cover() throws IOException {
    // Else a mount made here would show on the whole host.
    Libc.mount("none", Path.of("/"), PRIVATE | RECURSIVE, "");
    try (HeldFiles held = new HeldFiles()) {
      for (Path path : kept) {
        if (isEmptied(path)) {
          held.hold(path);
        }
      }
      for (String device : DEVICES) {
        held.hold(DEV.resolve(device));
      }
      coverSockets(held.path(DEV.resolve("null")));
      for (Map.Entry<Path, String> directory : emptied.entrySet()) {
        mountEmpty(directory.getKey(), directory.getValue());
      }
      furnishDevices(held);
      for (Path path : kept) {
        // One in a directory that is shown already is there.
        if (isEmptied(path) && !Files.exists(path)) {
          createDirectories(path);
          Libc.bind(held.path(path), path);
        }
      }
    }
    // The last: until here files are held by their names in the host's. A word, not a number:
    // kernels before 5.8, which would hide the whole host's processes, do not know it.
    Libc.mount("proc", PROC, NO_SET_USER_ID | NO_DEVICES | NO_PROGRAMS, "hidepid=invisible");
  }

  private static void mountEmpty(Path directory, String options) throws IOException {
    Libc.mount("tmpfs", directory, NO_SET_USER_ID | NO_DEVICES, options);
  }

  /** Open to be passed through, whatever this process gives its new files. */
  private static void createDirectories(Path path) throws IOException {
    if (!Files.exists(path)) {
      createDirectories(path.getParent());
      Files.createDirectory(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private boolean isEmptied(Path path) {
    return path.startsWith(DEV) || emptied.keySet().stream().anyMatch(path::startsWith);
  }

  private static void furnishDevices(HeldFiles held) throws IOException {
    mountEmpty(DEV, "mode=0755,size=256m");
    for (String device : DEVICES) {
      Path at = Files.createFile(DEV.resolve(device));
      Libc.bind(held.path(at), at);
    }
    Files.createSymbolicLink(DEV.resolve("fd"), Path.of("/proc/self/fd"));
    for (int i = 0; i < 3; i++) {
      Files.createSymbolicLink(
          DEV.resolve(List.of("stdin", "stdout", "stderr").get(i)), Path.of("/proc/self/fd/" + i));
    }
    Path pts = Files.createDirectory(DEV.resolve("pts"));
    Libc.mount("devpts", pts, NO_SET_USER_ID | NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=0620");
    Files.createSymbolicLink(DEV.resolve("ptmx"), Path.of("pts/ptmx"));
    Path shared = Files.createDirectory(DEV.resolve("shm"));
    Files.setAttribute(shared, "unix:mode", 01777);
  }

  /**
   * Sockets that a program of the host has left elsewhere, by the kernel's list (proc_net): each is
   * covered by a file that nobody can connect to.
   */
  private void coverSockets(Path over) throws IOException {
    Set<Path> sockets = new TreeSet<>();
    // Of the process, whose first thread is in the host's network.
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/self/net/unix"), StandardCharsets.ISO_8859_1)) {
      lines
          .map(line -> line.split(" +", 8))
          .filter(fields -> fields.length == 8 && fields[7].startsWith("/"))
          .map(
              fields ->
                  Path.of(
                      new String(
                          fields[7].getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)))
          .filter(path -> !isEmptied(path) && isSocket(path))
          .forEach(sockets::add);
    }
    for (Path socket : sockets) {
      Libc.bind(over, socket);
    }
  }

  private static boolean isSocket(Path path) {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & 0170000) == 0140000;
    } catch (IOException e) {
      // Its name is of another mount namespace, or it is gone.
      return false;
    }
  }

  /**
   * Looks at the mounts that a process sees (proc_pid_mountinfo).
   *
   * @return the first directory that it does not see covered
   */
  Optional<Path> uncovered(List<String> mountinfo) {
    Map<Path, String> types = new LinkedHashMap<>();
    for (String line : mountinfo) {
      String[] fields = line.split(" ");
      String type = fields[List.of(fields).indexOf("-") + 1];
      // Of several at one place, the last is seen.
      types.put(Path.of(fields[4]), type + " " + fields[fields.length - 1]);
    }
    for (Path directory : emptied()) {
      if (!types.getOrDefault(directory, "").startsWith("tmpfs ")) {
        return Optional.of(directory);
      }
    }
    String proc = types.getOrDefault(PROC, "").toLowerCase(Locale.ROOT);
    return proc.startsWith("proc ") && proc.contains("hidepid=invisible")
        ? Optional.empty()
        : Optional.of(PROC);
  }
}
