// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/** swtpm's data channel, UNIX or TCP: raw commands one after the other on a stream. */
final class SocketTransport implements TpmTransport {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Longer than a simulator takes, also while another process has its turn. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private final SocketAddress address;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final Duration answer;

  private SocketTransport(
      SocketAddress address, SocketChannel channel, Selector selector, Duration answer)
      throws IOException {
    this.address = address;
    this.channel = channel;
    this.selector = selector;
    this.key = channel.register(selector, 0);
    this.answer = answer;
  }

  static SocketTransport connect(SocketAddress address) throws IOException {
    return connect(address, CONNECT, ANSWER);
  }

  /**
   * @param answer how long one command may take
   */
  static SocketTransport connect(SocketAddress address, Duration connect, Duration answer)
      throws IOException {
    boolean unix = address instanceof UnixDomainSocketAddress;
    SocketChannel channel =
        unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    Selector selector = null;
    try {
      selector = Selector.open();
      if (unix) {
        connectInTurn(channel, address, answer);
      }
      channel.configureBlocking(false);
      SocketTransport transport = new SocketTransport(address, channel, selector, answer);
      if (!unix) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        long deadline = System.nanoTime() + connect.toNanos();
        if (!channel.connect(address)) {
          do {
            transport.await(SelectionKey.OP_CONNECT, deadline);
          } while (!channel.finishConnect());
        }
      }
      return transport;
    } catch (IOException | RuntimeException e) {
      channel.close();
      if (selector != null) {
        selector.close();
      }
      if (e instanceof ConnectException || e instanceof java.net.SocketException) {
        throw new IOException(
            "no TPM answers at " + address + " (" + e.getMessage() + "); is the simulator running?",
            e);
      }
      throw e;
    }
  }

  /**
   * Blocks while others queue for the simulator: a non-blocking connect to a UNIX socket fails at
   * once when the queue is full.
   */
  private static void connectInTurn(SocketChannel channel, SocketAddress address, Duration turn)
      throws IOException {
    Thread alarm =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    Thread.sleep(turn);
                    channel.close();
                  } catch (InterruptedException | IOException e) {
                    // connected in time, or closed already
                  }
                });
    try {
      channel.connect(address);
    } catch (AsynchronousCloseException e) {
      throw new SocketTimeoutException(
          "the TPM at " + address + " was busy with other clients for " + turn);
    } finally {
      alarm.interrupt();
    }
  }

  @Override
  public byte[] send(byte[] command) throws IOException {
    TpmFraming.requireCommand(command);
    try {
      long deadline = System.nanoTime() + answer.toNanos();
      ByteBuffer out = ByteBuffer.wrap(command);
      while (out.hasRemaining()) {
        if (channel.write(out) == 0) {
          await(SelectionKey.OP_WRITE, deadline);
        }
      }
      byte[] header = read(TpmFraming.HEADER, deadline);
      int length = TpmFraming.announcedLength(header);
      byte[] response = Arrays.copyOf(header, length);
      byte[] rest = read(length - TpmFraming.HEADER, deadline);
      System.arraycopy(rest, 0, response, TpmFraming.HEADER, rest.length);
      return response;
    } catch (IOException e) {
      close(); // out of step: a later read might get this command's answer
      throw e;
    }
  }

  private byte[] read(int length, long deadline) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(length);
    while (in.hasRemaining()) {
      int count = channel.read(in);
      if (count < 0) {
        throw new EOFException(
            "the TPM at " + address + " closed the connection in the middle of an answer");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
    return in.array();
  }

  private void await(int operation, long deadline) throws IOException {
    key.interestOps(operation);
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    selector.selectedKeys().clear();
    if (millis <= 0 || selector.select(millis) == 0) {
      if (Thread.currentThread().isInterrupted()) {
        throw new java.io.InterruptedIOException("interrupted while waiting for the TPM");
      }
      throw new SocketTimeoutException(
          "the TPM at "
              + address
              + " did not answer in time; swtpm serves one client at a time: is another connected?");
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
