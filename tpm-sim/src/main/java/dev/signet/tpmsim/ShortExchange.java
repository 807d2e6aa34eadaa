// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** One connection, one message out, one answer in, all before a deadline. */
final class ShortExchange {
  private ShortExchange() {}

  /**
   * Sends a message and reads until {@code atLeast} bytes have come.
   *
   * @throws SocketTimeoutException if the answer did not come in time
   */
  static byte[] exchange(SocketAddress address, byte[] message, int atLeast, Duration timeout)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (SocketChannel channel =
            address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(java.net.StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Selector selector = Selector.open()) {
      channel.connect(address);
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
      ByteBuffer out = ByteBuffer.wrap(message);
      while (out.hasRemaining()) {
        await(selector, deadline);
        channel.write(out);
      }
      key.interestOps(SelectionKey.OP_READ);
      ByteBuffer in = ByteBuffer.allocate(4096);
      while (in.position() < atLeast) {
        await(selector, deadline);
        if (channel.read(in) < 0) {
          throw new EOFException(
              "expected " + atLeast + " bytes, the simulator closed after " + in.position());
        }
      }
      byte[] answer = new byte[in.position()];
      in.flip().get(answer);
      return answer;
    }
  }

  private static void await(Selector selector, long deadline) throws IOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    selector.selectedKeys().clear();
    if (millis <= 0 || selector.select(millis) == 0) {
      throw new SocketTimeoutException("the simulator did not answer in time");
    }
  }
}
