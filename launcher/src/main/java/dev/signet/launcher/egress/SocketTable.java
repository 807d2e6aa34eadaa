// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The kernel's table of TCP connections in this network namespace (proc_net_tcp: {@code
 * /proc/net/tcp} and {@code tcp6}), searched for the socket of one end of one connection.
 */
final class SocketTable {
  private final Path directory;

  /**
   * @param directory {@code /proc/self/net}, or a copy of such tables
   */
  SocketTable(Path directory) {
    this.directory = directory;
  }

  /**
   * Inode of the socket whose own end is {@code local}; empty if there is none, or it is closed.
   */
  OptionalLong inode(InetSocketAddress local, InetSocketAddress remote) throws IOException {
    if (!(local.getAddress() instanceof Inet4Address)
        || !(remote.getAddress() instanceof Inet4Address)) {
      return OptionalLong.empty();
    }
    OptionalLong inode = search("tcp", entry(words(local), local), entry(words(remote), remote));
    // A JVM's dual-stack socket to 127.0.0.1 stands in the other table as ::ffff:127.0.0.1.
    return inode.isPresent()
        ? inode
        : search("tcp6", entry(mapped(words(local)), local), entry(mapped(words(remote)), remote));
  }

  private OptionalLong search(String table, String local, String remote) throws IOException {
    Path file = directory.resolve(table);
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.US_ASCII)) {
      return lines
          .skip(1)
          .map(line -> line.strip().split("\\s+"))
          .filter(f -> f.length >= 10 && f[1].equals(local) && f[2].equals(remote))
          .mapToLong(f -> Long.parseLong(f[9]))
          // Sockets that no process holds any more have no inode.
          .filter(inode -> inode != 0)
          .findFirst();
    }
  }

  private static String entry(String address, InetSocketAddress end) {
    return address + ":" + String.format("%04X", end.getPort());
  }

  private static String mapped(String ipv4) {
    return "0000000000000000FFFF0000" + ipv4;
  }

  /** The address as the kernel prints it: a 32-bit word in this machine's byte order. */
  private static String words(InetSocketAddress end) {
    ByteBuffer word = ByteBuffer.wrap(end.getAddress().getAddress()).order(ByteOrder.nativeOrder());
    return String.format("%08X", word.getInt());
  }
}
