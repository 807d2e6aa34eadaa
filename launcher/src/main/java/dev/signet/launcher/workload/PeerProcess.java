// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The process that made the other end of a connection, as the kernel noted it at that moment: its
 * number (unix(7), SO_PEERCRED) and, from Linux 6.5 on, a descriptor of it (SO_PEERPIDFD), by which
 * a later process with the same number is told apart.
 */
final class PeerProcess implements Closeable {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERPIDFD = 77;

  private static final IntegerUnixChannelOption PEER_DESCRIPTOR =
      new IntegerUnixChannelOption("SO_PEERPIDFD", SOL_SOCKET, SO_PEERPIDFD);

  private final long pid;
  private final FileDescriptor descriptor;

  private PeerProcess(long pid, FileDescriptor descriptor) {
    this.pid = pid;
    this.descriptor = descriptor;
  }

  static PeerProcess of(EpollDomainSocketChannel connection) throws IOException {
    long pid = connection.peerCredentials().pid();
    try {
      Integer number = connection.config().getOption(PEER_DESCRIPTOR);
      return new PeerProcess(pid, number == null ? null : new FileDescriptor(number));
    } catch (ChannelException e) {
      // An older kernel, or the process is gone; the second shows when it is looked at.
      return new PeerProcess(pid, null);
    }
  }

  /**
   * Whether it is one of {@code agent}'s, before and after the look.
   *
   * @return empty if it is; else what was found
   */
  Optional<String> refusal(AgentProcesses agent) throws IOException {
    if (pid <= 0) {
      return Optional.of("the peer's process cannot be seen from here");
    }
    if (!isStillThere()) {
      return Optional.of("the peer, process " + pid + ", has ended");
    }
    Optional<String> refusal = agent.refusal(pid);
    if (refusal.isEmpty() && !isStillThere()) {
      return Optional.of("the peer, process " + pid + ", ended while it was looked at");
    }
    return refusal;
  }

  @Override
  public void close() throws IOException {
    if (descriptor != null) {
      descriptor.close();
    }
  }

  /** The kernel shows the number of a descriptor's process while there is one (pidfd_open(2)). */
  private boolean isStillThere() throws IOException {
    if (descriptor == null) {
      return Files.exists(Path.of("/proc", Long.toString(pid)));
    }
    Path info = Path.of("/proc/self/fdinfo", Integer.toString(descriptor.intValue()));
    try (Stream<String> lines = Files.lines(info)) {
      return lines.anyMatch(line -> line.equals("Pid:\t" + pid));
    } catch (NoSuchFileException e) {
      throw new IOException("a descriptor of ours is not there: " + info, e);
    }
  }
}
