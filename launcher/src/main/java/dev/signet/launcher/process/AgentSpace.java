// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.launcher.process.Isolation.Measure;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The namespaces that one agent will live in (namespaces(7)): a network with nothing but a loopback
 * device of its own, IPC of its own, and, for a program that runs in the host's files, mounts that
 * cover what it is not to see. One thread of the launcher stands in them: it opens the proxy's port
 * there, which is the only way out, and starts the agent. All else of the launcher is in the
 * host's. They end with the last of the thread and what it started.
 */
public final class AgentSpace implements Closeable {
  /** capabilities(7). */
  private static final int CAP_SYS_ADMIN = 21;

  private final NamespaceThread inside;
  private final Optional<CoveredFiles> files;
  private final Path thread;
  private final String network;

  private AgentSpace(
      NamespaceThread inside, Optional<CoveredFiles> files, Path thread, String network) {
    this.inside = inside;
    this.files = files;
    this.thread = thread;
    this.network = network;
  }

  /**
   * For a program that runs in the host's files.
   *
   * @param kept directories that it needs to see, wherever they are
   * @throws IOException if this host does not allow it; the message says what is missing
   * @throws IllegalArgumentException if such a directory holds one that it must not see
   */
  public static AgentSpace covering(List<Path> kept) throws IOException, InterruptedException {
    // What starts the agent is a program of the launcher's own runtime.
    Path own = Path.of(System.getProperty("java.home"));
    requireRights();
    return open(
        Optional.of(CoveredFiles.plan(Stream.concat(kept.stream(), Stream.of(own)).toList())));
  }

  /**
   * For a container, whose runtime gives it files of its own. In all but its network it is where
   * the calling thread is.
   *
   * @throws IOException if this host does not allow it; the message says what is missing
   */
  public static AgentSpace ofNetwork() throws IOException, InterruptedException {
    requireRights();
    return open(Optional.empty());
  }

  private static AgentSpace open(Optional<CoveredFiles> files)
      throws IOException, InterruptedException {
    // The kernel's parent-death signal follows the thread that forked, not the process: this one
    // lives as long as the agent.
    NamespaceThread inside = new NamespaceThread("agent-parent");
    AgentSpace space = null;
    try {
      space = inside.within(() -> enter(inside, files));
      return space;
    } catch (IOException e) {
      throw impossible(e.getMessage(), e);
    } finally {
      if (space == null) {
        inside.close();
      }
    }
  }

  private static AgentSpace enter(NamespaceThread inside, Optional<CoveredFiles> files)
      throws IOException {
    Path thread = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
    Libc.unshare(Libc.CLONE_NEWNET | Libc.CLONE_NEWIPC);
    Libc.bringLoopbackUp();
    String network = Files.readSymbolicLink(thread.resolve("ns/net")).toString();
    if (files.isPresent()) {
      Libc.unshare(Libc.CLONE_NEWNS);
      // Before the launcher's own classes may be covered, too.
      byte[] filter = SocketFilter.program(System.getProperty("os.arch"));
      files.get().cover();
      Libc.filterSystemCalls(filter);
    }
    return new AgentSpace(inside, files, thread, network);
  }

  /**
   * Looks whether this process may make them, which it does not do.
   *
   * @throws IOException if not; the message says what is missing
   */
  public static void requireRights() throws IOException {
    requireRights(Files.readString(Path.of("/proc/self/status")));
  }

  static void requireRights(String status) throws IOException {
    String uid = field(status, "Uid").split("\\s+")[1];
    if (!uid.equals("0")) {
      throw impossible("only root can give an agent these, and Signet runs with uid " + uid, null);
    }
    if (!new BigInteger(field(status, "CapEff"), 16).testBit(CAP_SYS_ADMIN)) {
      throw impossible("Signet has not the capability CAP_SYS_ADMIN", null);
    }
  }

  private static IOException impossible(String why, IOException cause) {
    return new IOException(
        "the agent cannot have a network and file systems of its own here: "
            + why
            + ". Start it where it can, or ask for --isolation=none, which every token will tell",
        cause);
  }

  private static String field(String status, String name) throws IOException {
    Matcher line = Pattern.compile("(?m)^" + name + ":[ \\t]*(.*)$").matcher(status);
    if (!line.find()) {
      throw new IOException("/proc/self/status has no line " + name);
    }
    return line.group(1).strip();
  }

  /** Why an agent cannot be isolated in full here, tried; empty if it can. */
  public static Optional<String> missing() throws InterruptedException {
    try (AgentSpace _ = covering(List.of())) {
      return TrustedProgram.find("setpriv").isPresent()
          ? Optional.empty()
          : Optional.of("there is no setpriv; install util-linux");
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Does something in the namespaces, such as to open a port. The work starts no thread, and of
   * files it sees what the agent sees.
   *
   * @throws IllegalStateException on a virtual thread
   */
  public <T> T within(Callable<T> work) throws IOException, InterruptedException {
    return inside.within(work);
  }

  /** The kernel's tables of this network's connections. */
  public Path socketTables() {
    return thread.resolve("net");
  }

  /** Starts a process in the namespaces. */
  Process start(ProcessBuilder builder) throws IOException, InterruptedException {
    return inside.within(builder::start);
  }

  /** What these namespaces bring. */
  public Set<Measure> measures() {
    return files.isPresent()
        ? EnumSet.of(
            Measure.OWN_NETWORK,
            Measure.OWN_MOUNTS,
            Measure.HIDDEN_PROCESSES,
            Measure.SOCKET_FILTER)
        : EnumSet.of(Measure.OWN_NETWORK);
  }

  /**
   * Looks whether a process is in them, and sees only what it is to see.
   *
   * @param proc its directory under {@code /proc}
   * @return what is otherwise
   */
  public Optional<String> deviation(Path proc) throws IOException {
    String host = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    String found = Files.readSymbolicLink(proc.resolve("ns/net")).toString();
    if (!found.equals(network) || found.equals(host)) {
      return Optional.of("its network is %s, expected %s of its own".formatted(found, network));
    }
    if (files.isPresent()) {
      return files
          .get()
          .uncovered(Files.readAllLines(proc.resolve("mountinfo")))
          .map(path -> "it sees the host's " + path);
    }
    return Optional.empty();
  }

  /** To be called when the agent has ended; one that lives is killed. */
  @Override
  public void close() {
    inside.close();
  }
}
