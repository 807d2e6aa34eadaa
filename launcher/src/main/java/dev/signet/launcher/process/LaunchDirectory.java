// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The directories of one launch, made new and removed at its end: {@code jar} for the copy, {@code
 * spool} for the launcher, {@code work} and {@code tmp} for the agent.
 */
public final class LaunchDirectory implements Closeable {
  /** Each level takes a file descriptor and a stack frame while it is removed. */
  private static final int MAX_DEPTH = 256;

  private static final String PREFIX = "launch-";

  private final Path root;
  private final Optional<AgentUser> user;
  private LaunchOwner owner;

  private LaunchDirectory(Path root, Optional<AgentUser> user) {
    this.root = root;
    this.user = user;
  }

  /** What is to be done away with before the directory of a launch that nobody ended. */
  @FunctionalInterface
  public interface Sweeping {
    /**
     * @param name of the launch's directory
     */
    void sweep(String name) throws IOException;
  }

  /**
   * Removes what launchers that were killed left behind. A launch whose launcher lives is not
   * touched.
   *
   * @param parent where launches have their directories
   * @param first done before a directory is removed; if it fails, the directory stays for the next
   * @return how many were removed
   * @throws IOException if something could not be removed; the rest was
   */
  public static int sweep(Path parent, Sweeping first) throws IOException {
    int removed = 0;
    IOException failed = null;
    try (DirectoryStream<Path> launches = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path launch : launches) {
        try {
          removed += swept(launch, first) ? 1 : 0;
        } catch (IOException e) {
          // The others all the same.
          failed = e;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    if (failed != null) {
      throw failed;
    }
    return removed;
  }

  private static boolean swept(Path launch, Sweeping first) throws IOException {
    Optional<LaunchOwner> taken = LaunchOwner.takeOver(launch);
    if (taken.isEmpty()) {
      return false;
    }
    try (LaunchOwner _ = taken.get()) {
      LaunchDirectory left = new LaunchDirectory(launch, Optional.empty());
      first.sweep(left.name());
      left.close();
      return true;
    } catch (NoSuchFileException e) {
      // Another launcher swept it between the look and the lock.
      return false;
    }
  }

  /**
   * Makes the directories.
   *
   * @param parent an existing directory, on a tmpfs if there is one; the agent's user, if given,
   *     must be able to pass through it
   */
  public static LaunchDirectory create(Path parent, Optional<AgentUser> user) throws IOException {
    Path root =
        Files.createTempDirectory(
            parent.toRealPath(),
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    LaunchDirectory directory = new LaunchDirectory(root, user);
    try {
      directory.owner = LaunchOwner.of(root);
      for (String name : new String[] {"jar", "spool", "work", "tmp"}) {
        Files.createDirectory(
            root.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (user.isPresent()) {
        directory.letPass(root);
        directory.letPass(directory.jar());
        directory.giveTo(directory.work());
        directory.giveTo(directory.tmp());
      }
      return directory;
    } catch (IOException e) {
      directory.close();
      throw e;
    }
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

  /**
   * Removes everything, also what the agent left; symbolic links are removed, not followed. Names
   * are looked up in open directories only, never as paths: something that outlived the agent could
   * put a link in a path's place meanwhile, and have the launcher's rights delete elsewhere.
   *
   * @throws IOException if something could not be removed
   */
  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> parent = Files.newDirectoryStream(root.getParent())) {
      remove(secure(parent), root.getFileName(), MAX_DEPTH);
    } finally {
      if (owner != null) {
        owner.close();
      }
    }
  }

  private static void remove(SecureDirectoryStream<Path> in, Path name, int depth)
      throws IOException {
    BasicFileAttributes attributes =
        in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!attributes.isDirectory()) {
      in.deleteFile(name);
      return;
    }
    if (depth == 0) {
      throw new IOException("the agent left directories deeper than " + MAX_DEPTH + " levels");
    }
    try (SecureDirectoryStream<Path> entries =
        in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : entries) {
        remove(entries, entry.getFileName(), depth - 1);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    in.deleteDirectory(name);
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new IOException("this platform cannot remove files by open directories");
  }

  Optional<AgentUser> user() {
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
