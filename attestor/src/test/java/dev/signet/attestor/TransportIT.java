// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.tpmsim.SimulatedTpm;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransportIT {
  private static final byte[] COMMAND =
      ByteBuffer.allocate(10).putShort((short) 0x8001).putInt(10).putInt(0x181).array();
  @TempDir Path directory;

  /** A peer that reads one command and answers with some bytes, then closes or keeps silent. */
  private static byte[] sendTo(byte[] answer, boolean close, Duration timeout) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Socket client = server.accept()) {
                      client.getInputStream().readNBytes(COMMAND.length);
                      client.getOutputStream().write(answer);
                      if (!close) {
                        client.getInputStream().read(); // until the other side gives up
                      }
                    } catch (IOException e) {
                      // the other side gave up
                    }
                  });
      var address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
      try (TpmTransport transport =
          SocketTransport.connect(address, Duration.ofSeconds(2), timeout)) {
        return transport.send(COMMAND);
      } finally {
        peer.join();
      }
    }
  }

  @Test
  void refusesAnswersThatEndEarly() {
    for (byte[] answer : List.of(new byte[0], new byte[4], header(30))) {
      assertThatThrownBy(() -> sendTo(answer, true, Duration.ofSeconds(5)))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void refusesImpossibleSizes() {
    for (int size : new int[] {0, 9, 4097, -1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> sendTo(header(size), true, Duration.ofSeconds(5)))
          .hasMessageContaining("expected a TPM response of 10 to 4096 bytes");
    }
  }

  @Test
  void givesUpOnASilentPeer() {
    assertThatThrownBy(() -> sendTo(header(30), false, Duration.ofMillis(200)))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void takesOneWholeAnswer() throws Exception {
    assertThat(sendTo(header(10), true, Duration.ofSeconds(5))).isEqualTo(header(10));
  }

  private static byte[] header(int size) {
    return ByteBuffer.allocate(10).putShort((short) 0x8001).putInt(size).putInt(0).array();
  }

  @Test
  void saysThatNobodyListens() {
    var nobody = new TpmAddress.UnixSocket(directory.resolve("none"));
    assertThatThrownBy(nobody::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is the simulator running?");
    var noDevice = new TpmAddress.Device(directory.resolve("tpmrm0"));
    assertThatThrownBy(noDevice::open).hasMessageContaining("no TPM at");
  }

  /** A file stands for the device: what is written passes, what is read follows it. */
  @Test
  void deviceAnswersAreFramedToo() throws IOException {
    Path device = directory.resolve("device");
    Files.write(device, Octets.concat(new byte[10], header(10)));
    try (TpmTransport transport = DeviceTransport.open(device)) {
      assertThat(transport.send(COMMAND)).isEqualTo(header(10));
    }
    Files.write(device, Octets.concat(new byte[10], header(30)));
    try (TpmTransport transport = DeviceTransport.open(device)) {
      assertThatThrownBy(() -> transport.send(COMMAND)).isInstanceOf(EOFException.class);
    }
    Files.write(device, Octets.concat(new byte[10], header(10), new byte[3]));
    try (TpmTransport transport = DeviceTransport.open(device)) {
      assertThatThrownBy(() -> transport.send(COMMAND)).hasMessageContaining("got 13");
    }
  }

  @Test
  void tcpServesLikeUnix() throws IOException {
    try (SimulatedTpm simulator = SimulatedTpm.in(directory.resolve("t")).startTcp();
        Tpm tpm = Tpm.open(TpmAddress.parse(simulator.address()), TestHost.RANDOM)) {
      assertThat(tpm.clock().resetCount()).isEqualTo(1);
      assertThat(tpm.pcrs(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))).hasSize(12);
    }
  }

  @Test
  void connectsAgainByItself() throws IOException {
    try (SimulatedTpm simulator = SimulatedTpm.in(directory.resolve("t")).start();
        Tpm tpm = Tpm.open(TpmAddress.parse(simulator.address()), TestHost.RANDOM)) {
      assertThat(tpm.clock().resetCount()).isEqualTo(1);
      simulator.reboot();
      assertThat(tpm.clock().resetCount()).isEqualTo(2);
      simulator.powerCut();
      assertThatThrownBy(tpm::clock).isInstanceOf(IOException.class);
      simulator.start();
      assertThat(tpm.clock().resetCount()).isEqualTo(3);
    }
  }

  @Test
  void brokenConnectionOfADeviceIsReplacedOnce() throws IOException {
    try (SimulatedTpm simulator = SimulatedTpm.in(directory.resolve("t")).start()) {
      TpmAddress address = TpmAddress.parse(simulator.address());
      TpmTransport[] last = new TpmTransport[1];
      try (Tpm tpm = Tpm.over(() -> last[0] = address.open(), true, TestHost.RANDOM)) {
        assertThat(tpm.clock().resetCount()).isEqualTo(1);
        TpmTransport first = last[0];
        first.close();
        assertThat(tpm.clock().resetCount()).isEqualTo(1);
        assertThat(last[0]).isNotSameAs(first);
      }
    }
  }

  @Test
  void twoProcessesShareASimulator() throws IOException {
    try (SimulatedTpm simulator = SimulatedTpm.in(directory.resolve("t")).start();
        Tpm one = Tpm.open(TpmAddress.parse(simulator.address()), TestHost.RANDOM);
        Tpm two = Tpm.open(TpmAddress.parse(simulator.address()), TestHost.RANDOM)) {
      for (int i = 0; i < 5; i++) {
        assertThat(one.clock().resetCount()).isEqualTo(two.clock().resetCount());
      }
    }
  }

  @Test
  void manyClientsQueueForASimulator() throws Exception {
    try (SimulatedTpm simulator = SimulatedTpm.in(directory.resolve("t")).start();
        var threads = Executors.newFixedThreadPool(12)) {
      TpmAddress address = TpmAddress.parse(simulator.address());
      List<Future<Long>> running = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        running.add(
            threads.submit(
                () -> {
                  long resets = 0;
                  try (Tpm client = Tpm.open(address, TestHost.RANDOM)) {
                    for (int j = 0; j < 10; j++) {
                      resets += client.clock().resetCount();
                    }
                  }
                  return resets;
                }));
      }
      for (Future<Long> client : running) {
        assertThat(client.get()).isEqualTo(10);
      }
    }
  }

  @Test
  void whatACrashedClientLeftIsFlushed() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      TpmAddress address = TpmAddress.parse(host.simulator().address());
      // Loads three objects, all there is room for, and goes without flushing.
      TpmConnection careless = new TpmConnection(address::open, true, TestHost.RANDOM);
      assertThatThrownBy(
              () ->
                  careless.transact(
                      transaction -> {
                        for (int i = 0; i < 3; i++) {
                          new ObjectCommands(transaction)
                              .createPrimary(
                                  Entity.plain(Entity.OWNER), Templates.storageP256(), null);
                        }
                        careless.abandon();
                        throw new IOException("crash");
                      }))
          .hasMessage("crash");
      host.provision();
      assertThat(host.leftInTheTpm()).isEmpty();
    }
  }
}
