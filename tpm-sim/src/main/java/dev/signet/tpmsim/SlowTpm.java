// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Stands before a simulated TPM and takes as long for each signature as a real chip. */
public final class SlowTpm implements Closeable {
  public static final int SIGN = 0x15d;
  public static final int QUOTE = 0x158;
  public static final int CERTIFY = 0x148;
  private static final String UNIX = "swtpm:unix:";
  private static final Set<Integer> SLOW = Set.of(SIGN, QUOTE, CERTIFY);

  private final CopyOnWriteArrayList<Integer> commands = new CopyOnWriteArrayList<>();

  private final Path tpm;
  private final Duration signature;
  private final ServerSocket listener;

  /**
   * Listens on a free loopback port.
   *
   * @param tpm a running simulator behind a UNIX socket
   * @param signature how long a signature, a quote or a certification takes
   */
  public SlowTpm(SimulatedTpm tpm, Duration signature) throws IOException {
    String address = tpm.address();
    if (!address.startsWith(UNIX)) {
      throw new IllegalArgumentException("expected a simulator behind a UNIX socket: " + address);
    }
    this.tpm = Path.of(address.substring(UNIX.length()));
    this.signature = signature;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Where to reach it, as {@code --tpm} takes it. */
  public String address() {
    return "swtpm:tcp:127.0.0.1:" + listener.getLocalPort();
  }

  /** Command codes so far, in the order in which the chip got them. */
  public List<Integer> commands() {
    return List.copyOf(commands);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> relay(client));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void relay(Socket client) {
    try (client;
        SocketChannel chip = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      chip.connect(UnixDomainSocketAddress.of(tpm));
      DataInputStream in = new DataInputStream(client.getInputStream());
      DataInputStream answers = new DataInputStream(Channels.newInputStream(chip));
      OutputStream out = client.getOutputStream();
      while (true) {
        byte[] command = message(in);
        int code = ByteBuffer.wrap(command).getInt(6);
        commands.add(code);
        if (SLOW.contains(code)) {
          LockSupport.parkNanos(signature.toNanos());
        }
        Channels.newOutputStream(chip).write(command);
        out.write(message(answers));
        out.flush();
      }
    } catch (IOException e) {
      return; // the client has hung up
    }
  }

  private static byte[] message(DataInputStream in) throws IOException {
    byte[] header = in.readNBytes(10);
    if (header.length < 10) {
      throw new IOException("end");
    }
    byte[] whole = Arrays.copyOf(header, ByteBuffer.wrap(header).getInt(2));
    in.readFully(whole, 10, whole.length - 10);
    return whole;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
