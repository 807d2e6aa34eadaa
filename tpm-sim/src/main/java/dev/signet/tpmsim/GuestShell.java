// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Root's shell of a virtual machine, over a wire of its own (virtio-serial): a line is a command in
 * base64, its answer a line of what it printed in base64, a space and its exit code. The guest's
 * end is {@code test-shell} in {@code tpm-sim/src/guest}.
 */
final class GuestShell implements Closeable {
  private static final String END = "";

  private final SocketChannel channel;
  private final OutputStream out;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private GuestShell(SocketChannel channel) {
    this.channel = channel;
    this.out = Channels.newOutputStream(channel);
    Thread.ofPlatform().daemon().name("guest-shell").start(this::read);
  }

  /**
   * Connects to QEMU's end.
   *
   * @throws IOException if nobody listens there yet
   */
  static GuestShell connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new GuestShell(channel);
  }

  /** Waits until the guest is there. */
  void awaitReady(Duration within) throws IOException {
    String line = line(within, "the guest to come up");
    if (!line.equals("ready")) {
      throw new TpmSimulationException("expected the guest's shell to say ready, it said " + line);
    }
  }

  /** Gives a command of which no answer is awaited, as it ends the machine. */
  void tell(String command) throws IOException {
    byte[] bytes = command.getBytes(StandardCharsets.UTF_8);
    out.write((Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  VirtualMachine.Ended run(String command, Duration within) throws IOException {
    tell(command);
    String answer = line(within, "an answer to " + command);
    int space = answer.lastIndexOf(' ');
    try {
      return new VirtualMachine.Ended(
          Integer.parseInt(answer.substring(space + 1)),
          Base64.getDecoder().decode(answer.substring(0, Math.max(space, 0))));
    } catch (IllegalArgumentException e) {
      throw new TpmSimulationException("expected BASE64 CODE of the guest, got " + answer, e);
    }
  }

  private String line(Duration within, String what) throws IOException {
    try {
      String line = lines.poll(within.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        throw new TpmSimulationException("waited " + within.toSeconds() + " s for " + what);
      }
      if (line.equals(END)) {
        throw new TpmSimulationException("the machine ended while this waited for " + what);
      }
      return line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TpmSimulationException("interrupted while waiting for " + what, e);
    }
  }

  private void read() {
    try (var in =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // Closed here, or by the machine's end: both are the end of what it says.
      lines.add(END);
      return;
    }
    lines.add(END);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
