// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * A file system in memory that one thread of the launcher, and what it starts, can see and nobody
 * else: it is mounted in a mount namespace of that thread's own. It ends with the last of them,
 * also when the launcher is killed.
 */
public final class PrivateMount implements Closeable {
  private static final String TYPE = "tmpfs";

  // mount(2), MS_ constants.
  private static final long READ_ONLY = 1;
  private static final long NO_SET_USER_ID = 2;
  private static final long NO_DEVICES = 4;
  private static final long NO_PROGRAMS = 8;
  private static final long REMOUNT = 32;
  private static final long BIND = 1 << 12;
  private static final long RECURSIVE = 1 << 14;
  private static final long PRIVATE = 1 << 18;

  private final Path at;
  private final NamespaceThread inside;

  private PrivateMount(Path at, NamespaceThread inside) {
    this.at = at;
    this.inside = inside;
  }

  /**
   * Mounts an empty file system over a directory, which others go on seeing as it was.
   *
   * @param directory its path must be as the kernel prints it: absolute, real
   * @param files the most files that it may hold; of memory it takes half the host's at most
   * @throws IOException if this process may not mount; the message says what it lacks
   */
  public static PrivateMount over(Path directory, long files)
      throws IOException, InterruptedException {
    return over(directory, files, null);
  }

  /**
   * The same, but for one directory in it.
   *
   * @param kept name of a directory in {@code directory} that is seen inside as well, with what
   *     others put there later; null for none
   */
  public static PrivateMount over(Path directory, long files, String kept)
      throws IOException, InterruptedException {
    NamespaceThread thread = new NamespaceThread("signet-private-mount");
    PrivateMount mount = new PrivateMount(directory, thread);
    boolean mounted = false;
    try {
      mount.within(
          () -> {
            Libc.unshare(Libc.CLONE_NEWNS);
            // Else a mount made here would show on the whole host.
            Libc.mount("none", Path.of("/"), PRIVATE | RECURSIVE, "");
            if (kept != null) {
              // A mount namespace of one's own brings a directory of one's own (unshare(2)): only
              // this thread stands where no path leads once the mount is made.
              Libc.changeDirectory(directory.resolve(kept));
            }
            Libc.mount(
                TYPE,
                directory,
                NO_SET_USER_ID | NO_DEVICES,
                String.format(Locale.ROOT, "mode=0711,size=50%%,nr_inodes=%d", files));
            if (kept != null) {
              Libc.mount(".", Files.createDirectory(directory.resolve(kept)), BIND, "");
              Libc.changeDirectory(Path.of("/"));
            }
            return null;
          });
      mounted = true;
      return mount;
    } catch (IOException e) {
      throw new IOException(
          "no private file system can be mounted at "
              + directory
              + " ("
              + e.getMessage()
              + "): that needs root with CAP_SYS_ADMIN, and a host that lets it mount",
          e);
    } finally {
      if (!mounted) {
        thread.close();
      }
    }
  }

  /** Where it is, for those inside. */
  public Path at() {
    return at;
  }

  /**
   * Does something where the mount can be seen. Threads and processes that the work starts see it
   * as well.
   */
  public <T> T within(Callable<T> work) throws IOException, InterruptedException {
    return inside.within(work);
  }

  /**
   * From now on nobody changes what is in it, root included, until it is mounted otherwise; but for
   * one directory, over which another file system is mounted. To be called within.
   *
   * @param bytes the most that the other may hold
   * @throws IOException if a file is still open for writing
   */
  public void seal(Path writable, long bytes) throws IOException {
    Libc.mount(
        TYPE,
        writable,
        NO_SET_USER_ID | NO_DEVICES | NO_PROGRAMS,
        String.format(Locale.ROOT, "mode=0700,size=%d", bytes));
    Libc.mount(TYPE, at, REMOUNT | READ_ONLY | NO_SET_USER_ID | NO_DEVICES, "");
  }

  /**
   * Looks at the calling thread's own mount table (proc_pid_mountinfo); to be called within.
   *
   * @throws IOException if this is not mounted here, or can be written
   */
  public void requireReadOnly() throws IOException {
    Path table = Path.of("/proc/thread-self/mountinfo");
    try (Stream<String> lines = Files.lines(table, StandardCharsets.UTF_8)) {
      boolean readOnly =
          lines
              .map(line -> line.split(" "))
              .filter(fields -> fields[4].equals(at.toString()))
              // The options of the file system, not of one view of it, stand last.
              .anyMatch(
                  fields -> Stream.of(fields[fields.length - 1].split(",")).anyMatch("ro"::equals));
      if (!readOnly) {
        throw new IOException("the private file system at " + at + " can be written");
      }
    }
  }

  /** Takes the mount away; its contents are gone when nobody uses them any more. */
  @Override
  public void close() throws IOException {
    if (inside.isClosed()) {
      return;
    }
    try {
      inside.closeAfter(
          () -> {
            Libc.detach(at);
            return null;
          });
    } catch (IOException e) {
      throw new IOException(
          "the private file system at " + at + " is still mounted: " + e.getMessage(), e);
    }
  }
}
