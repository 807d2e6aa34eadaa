// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The directories of one launch, made new and removed at its end: {@code jar} for the copy, {@code
 * spool} for the launcher, {@code trust} for what the agent trusts, {@code work} and {@code tmp}
 * for the agent, {@code api} for sockets of the launcher's that the agent may use; and {@code
 * lock}, which the launcher holds while it lives.
 */
public final class LaunchDirectory implements Closeable {
  static final String PREFIX = "launch-";

  /** Also within the private mount of an image's launch. */
  public static final String SOCKETS = "api";

  /** Each time another launcher must have taken the new directory for a remainder. */
  private static final int ATTEMPTS = 100;

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path root;
  private final LaunchDirectoryLock lock;
  private final Optional<AgentUser> user;
  private final Optional<OwnUser> claimed;

  private LaunchDirectory(
      Path root, LaunchDirectoryLock lock, Optional<AgentUser> user, Optional<OwnUser> claimed) {
    this.root = root;
    this.lock = lock;
    this.user = user;
    this.claimed = claimed;
  }

  /** What else is to be done away with where a killed launcher left its directory. */
  @FunctionalInterface
  public interface Remains {
    /**
     * Called before the directory is removed; if it fails, the directory stays for the next launch.
     *
     * @param name of the directory
     */
    void remove(String name) throws IOException;
  }

  /**
   * Makes the directories, and removes those beside them that killed launchers left.
   *
   * @param parent an existing directory, on a tmpfs if there is one; the agent's user, if given,
   *     must be able to pass through it
   */
  public static LaunchDirectory create(Path parent, Optional<AgentUser> user) throws IOException {
    return create(parent, user, name -> {});
  }

  /** The same, and removes what else they left. */
  public static LaunchDirectory create(Path parent, Optional<AgentUser> user, Remains remains)
      throws IOException {
    return create(parent, user, Optional.empty(), remains);
  }

  /**
   * The same, for a user that is nobody else's until this is closed: no other launch on this host
   * has it, and no process outlives it.
   *
   * @param random chooses the user
   * @throws IOException if this is not root, or no user is free
   */
  public static LaunchDirectory createForOwnUser(
      Path parent, RandomGenerator random, Remains remains) throws IOException {
    OwnUser claimed = OwnUser.claim(random);
    LaunchDirectory directory = null;
    try {
      directory = create(parent, Optional.of(claimed.user()), Optional.of(claimed), remains);
      return directory;
    } finally {
      if (directory == null) {
        claimed.close();
      }
    }
  }

  private static LaunchDirectory create(
      Path parent, Optional<AgentUser> user, Optional<OwnUser> claimed, Remains remains)
      throws IOException {
    LaunchDirectory directory = locked(parent.toRealPath(), user, claimed);
    try {
      for (String name : new String[] {"jar", "spool", "trust", "work", "tmp", SOCKETS}) {
        Files.createDirectory(directory.root.resolve(name), OWNER_ONLY);
      }
      if (user.isPresent()) {
        directory.letPass(directory.root);
        directory.letPass(directory.jar());
        directory.letPass(directory.trust());
        directory.giveTo(directory.work());
        directory.giveTo(directory.tmp());
      }
    } catch (IOException e) {
      directory.remove();
      throw e;
    }
    LaunchDirectoryRemains.removeBeside(directory.root, remains);
    return directory;
  }

  private static LaunchDirectory locked(
      Path parent, Optional<AgentUser> user, Optional<OwnUser> claimed) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Path root = Files.createTempDirectory(parent, PREFIX, OWNER_ONLY);
      Optional<LaunchDirectoryLock> lock = LaunchDirectoryLock.create(root);
      if (lock.isPresent()) {
        return new LaunchDirectory(root, lock.get(), user, claimed);
      }
    }
    throw new IOException("other programs remove every new launch directory in " + parent);
  }

  /** The launch's directory itself; only the launcher's user can list it. */
  public Path path() {
    return root;
  }

  /** Its name, which no other launch below the same parent has. */
  public String name() {
    return root.getFileName().toString();
  }

  /** For the agent's JAR; the agent can read what is in it, at most. */
  public Path jar() {
    return root.resolve("jar");
  }

  /** For the authorities that the agent trusts; the agent can read what is in it, at most. */
  public Path trust() {
    return root.resolve("trust");
  }

  /** For the launcher alone. */
  public Path spool() {
    return root.resolve("spool");
  }

  /** The agent's working directory and home: empty, and its own. */
  public Path work() {
    return root.resolve("work");
  }

  /** The agent's directory for temporary files. */
  public Path tmp() {
    return root.resolve("tmp");
  }

  /** For sockets of the launcher's; nobody else enters until one is there for the agent. */
  public Path sockets() {
    return root.resolve(SOCKETS);
  }

  /**
   * Removes everything, also what the agent left; symbolic links are removed, not followed.
   *
   * @throws IOException if something could not be removed; a later launch tries again
   */
  @Override
  public void close() throws IOException {
    if (claimed.isEmpty()) {
      remove();
      return;
    }
    // Free for others only when nothing of it is left.
    try (OwnUser own = claimed.get()) {
      try {
        own.endProcesses();
      } finally {
        remove();
      }
    }
  }

  private void remove() throws IOException {
    try (lock) {
      LaunchDirectoryRemoval.remove(root);
    }
  }

  /** The agent's, if it is another than the launcher's. */
  public Optional<AgentUser> user() {
    return user;
  }

  /** The agent's group may pass through, but not list or write. */
  private void letPass(Path directory) throws IOException {
    Files.setAttribute(directory, "unix:gid", user.orElseThrow().gid(), LinkOption.NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
  }

  private void giveTo(Path directory) throws IOException {
    Files.setAttribute(directory, "unix:gid", user.orElseThrow().gid(), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(directory, "unix:uid", user.orElseThrow().uid(), LinkOption.NOFOLLOW_LINKS);
  }
}
