// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Admits connections whose client socket is held by the agent's process or one of its descendants,
 * as the kernel tells it under {@code /proc}. What cannot be found out is refused.
 */
public final class ProcessTreePeerCheck implements PeerCheck {
  /** An agent may connect before its starter has seen that it is isolated. */
  private static final Duration WAIT_FOR_AGENT = Duration.ofSeconds(3);

  private volatile boolean started;
  private final CompletableFuture<ProcessHandle> agent = new CompletableFuture<>();
  private final SocketTable sockets;

  /** For an agent in the launcher's own network. */
  public ProcessTreePeerCheck() {
    this(Path.of("/proc/self/net"));
  }

  /**
   * @param socketTables of the network that the agent is in (proc_pid_net)
   */
  public ProcessTreePeerCheck(Path socketTables) {
    sockets = new SocketTable(socketTables);
  }

  /**
   * The agent's process exists from now on. To be called as soon as it does, long before it can
   * connect; what was accepted before is nobody's who may use the proxy.
   */
  public void started() {
    started = true;
  }

  @Override
  public boolean accepting() {
    return started;
  }

  /**
   * Names the process that may use the proxy, once. The handle keeps the start time, so that a
   * later process with the same number is not taken for it.
   */
  public void admit(ProcessHandle process) {
    if (!agent.complete(Objects.requireNonNull(process, "process"))) {
      throw new IllegalStateException("the agent of this proxy was named before");
    }
    started();
  }

  @Override
  public Optional<String> refusal(InetSocketAddress client, InetSocketAddress proxy)
      throws IOException {
    ProcessHandle root = agentOrNull();
    if (root == null) {
      return Optional.of("the agent has not been started");
    }
    OptionalLong inode = sockets.inode(client, proxy);
    if (inode.isEmpty()) {
      return Optional.of("no live socket has the address " + client);
    }
    String link = "socket:[" + inode.getAsLong() + "]";
    try (Stream<ProcessHandle> tree = tree(root)) {
      // Alive after the look as well: its number may have gone to another process in between.
      if (tree.noneMatch(process -> holds(process, link) && process.isAlive())) {
        return Optional.of(
            "socket of %s is not held by process %d or its descendants"
                .formatted(client, root.pid()));
      }
    }
    // Afterwards the accepted end: were the connection reset meanwhile, what was looked at could be
    // another process's with the same port, which waits to be accepted.
    return sockets.inode(proxy, client).isPresent()
        ? Optional.empty()
        : Optional.of("reset by its peer: " + client);
  }

  /**
   * The same for a process whose number the kernel told, as it does of a UNIX socket's other end.
   *
   * @return empty if it is the agent or one of its descendants; else what was found
   */
  public Optional<String> refusal(long pid) throws IOException {
    ProcessHandle root = agentOrNull();
    if (root == null) {
      return Optional.of("the agent has not been started");
    }
    try (Stream<ProcessHandle> tree = tree(root)) {
      return tree.anyMatch(process -> process.pid() == pid && process.isAlive())
          ? Optional.empty()
          : Optional.of(
              "process %d is not process %d or a descendant of it".formatted(pid, root.pid()));
    }
  }

  private static Stream<ProcessHandle> tree(ProcessHandle root) {
    return Stream.concat(Stream.of(root), root.descendants());
  }

  private ProcessHandle agentOrNull() throws IOException {
    try {
      return agent.get(WAIT_FOR_AGENT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the agent was starting", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the agent's handle is never completed exceptionally", e);
    }
  }

  private static boolean holds(ProcessHandle process, String link) {
    Path directory = Path.of("/proc", Long.toString(process.pid()), "fd");
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(directory)) {
      for (Path descriptor : descriptors) {
        if (isLink(descriptor, link)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      // A process that has just ended, or that shut itself off, cannot be shown to hold it.
      return false;
    }
  }

  private static boolean isLink(Path descriptor, String link) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(link);
    } catch (NoSuchFileException | NotLinkException e) {
      return false;
    }
  }
}
