// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * A user that nobody else on this host is, for one launch: a number that no name service knows and
 * no process has, claimed by a lock that the kernel drops with this process.
 */
final class OwnUser implements Closeable {
  /** What systemd leaves to users that exist while a program runs: UIDS-GIDS.md, DynamicUser=. */
  private static final int FIRST = 61184;

  private static final int LAST = 65519;
  private static final int ATTEMPTS = 200;
  private static final int SIGKILL = 9;

  private static final Duration END_PATIENCE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

  private static final Path LOCKS = Path.of("/run/signet/users");

  private final AgentUser user;
  private final int lock;

  private OwnUser(AgentUser user, int lock) {
    this.user = user;
    this.lock = lock;
  }

  /**
   * @throws IOException if none can be had
   */
  static OwnUser claim(RandomGenerator random) throws IOException {
    createOwned(LOCKS.getParent(), "rwx--x--x");
    createOwned(LOCKS, "rwx------");
    for (int i = 0; i < ATTEMPTS; i++) {
      Optional<OwnUser> claimed = tryClaim(random.nextInt(FIRST, LAST + 1));
      if (claimed.isPresent()) {
        return claimed.get();
      }
    }
    throw new IOException(
        "no free user was found between %d and %d; start the agent with --user"
            .formatted(FIRST, LAST));
  }

  /** Empty if somebody has it. */
  static Optional<OwnUser> tryClaim(int number) throws IOException {
    int lock =
        Libc.open(
            LOCKS.resolve(Integer.toString(number)),
            Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
    boolean free = false;
    try {
      free = Libc.lock(lock) && !Libc.isKnown(number) && processesOf(number).isEmpty();
    } finally {
      if (!free) {
        Libc.close(lock);
      }
    }
    return free ? Optional.of(new OwnUser(new AgentUser(number, number), lock)) : Optional.empty();
  }

  private static void createOwned(Path directory, String mode) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    }
    Map<String, Object> found =
        Files.readAttributes(directory, "unix:uid,isDirectory", LinkOption.NOFOLLOW_LINKS);
    if (!found.get("uid").equals(0) || !found.get("isDirectory").equals(true)) {
      throw new IOException("expected a directory of root at " + directory + "; remove what it is");
    }
  }

  AgentUser user() {
    return user;
  }

  /**
   * Kills what is left of this user.
   *
   * @throws IOException if something does not end
   */
  void endProcesses() throws IOException {
    long end = System.nanoTime() + END_PATIENCE.toNanos();
    // Again and again: each may leave others while it ends.
    for (List<Long> left = processesOf(user.uid());
        !left.isEmpty();
        left = processesOf(user.uid())) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "processes of the agent's user %d do not end: %s".formatted(user.uid(), left));
      }
      for (long pid : left) {
        try {
          Libc.kill(pid, SIGKILL);
        } catch (IOException e) {
          // It has ended meanwhile, or the next look finds it again.
          continue;
        }
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /** Those that run with this user in any way, but for the dead whose parent has not asked yet. */
  static List<Long> processesOf(int uid) throws IOException {
    List<Long> found = new ArrayList<>();
    String number = Integer.toString(uid);
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (isOf(process, number)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static boolean isOf(Path process, String number) {
    try {
      boolean dead = false;
      for (String line : Files.readAllLines(process.resolve("status"))) {
        if (line.startsWith("State:")) {
          dead = line.contains("Z (") || line.contains("X (");
        } else if (line.startsWith("Uid:")) {
          return !dead && List.of(line.substring(4).strip().split("\\s+")).contains(number);
        }
      }
      return false;
    } catch (IOException e) {
      // It has ended.
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    Libc.close(lock);
  }
}
