// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import dev.signet.tpmsim.SwtpmProcess.Serving;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One TPM 2.0, simulated by swtpm in a directory of its own. The directory is the chip: whoever
 * opens it again has the same TPM, whoever copies it has its clone.
 *
 * <p>swtpm serves one client at a time. {@link #reboot()} and {@link #restart()} talk to it as a
 * client and so need the data channel free: close other connections first.
 *
 * <p>Not safe for use by several threads at once; several TPMs may be used in parallel.
 */
public final class SimulatedTpm implements Closeable {
  private static final int TPM_SU_CLEAR = 0;
  private static final int TPM_SU_STATE = 1;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final TpmDirectory directory;
  private Optional<SwtpmProcess> process;

  private SimulatedTpm(TpmDirectory directory, Optional<SwtpmProcess> process) {
    this.directory = directory;
    this.process = process;
  }

  /**
   * Names the TPM in a directory, running or not. If there is none yet, {@link #start()} makes a
   * blank one: it works, but has no EK certificate, so no verifier will admit it. {@link TpmMaker}
   * makes those that have one.
   *
   * @throws IllegalArgumentException if the directory's path is too long for a UNIX socket
   */
  public static SimulatedTpm in(Path directory) throws IOException {
    TpmDirectory place = new TpmDirectory(directory);
    return new SimulatedTpm(place, SwtpmProcess.find(place));
  }

  /** Whether there is a TPM's memory in the directory. */
  public boolean isManufactured() {
    return directory.manufactured();
  }

  public boolean isRunning() {
    return process.isPresent() && process.get().isAlive();
  }

  /** The process id of the running swtpm. */
  public long pid() {
    return running().pid();
  }

  public Path directory() {
    return directory.path();
  }

  /** Powers on, serving a UNIX socket in the directory; powers off when this JVM ends. */
  public SimulatedTpm start() throws IOException {
    return start(new Serving.UnixSocket(), false);
  }

  /** Powers on, serving a UNIX socket, and goes on when this JVM ends, until it is stopped. */
  public SimulatedTpm startDetached() throws IOException {
    return start(new Serving.UnixSocket(), true);
  }

  /** Powers on, serving a free TCP port on loopback, which any local user can open. */
  public SimulatedTpm startTcp() throws IOException {
    TpmSimulationException last = null;
    for (int attempt = 0; attempt < 5; attempt++) {
      try {
        return start(new Serving.Loopback(freePortPair()), false);
      } catch (TpmSimulationException e) {
        last = e; // somebody took the port between our looking and swtpm's binding
      }
    }
    throw last;
  }

  /**
   * Serves one virtual machine, whose power is its power; nobody else can use it meanwhile.
   *
   * @return the socket that QEMU's TPM emulator backend takes
   */
  Path startForMachine() throws IOException {
    start(new Serving.VirtualMachine(), false);
    return directory.controlSocket();
  }

  private SimulatedTpm start(Serving serving, boolean outlivesJvm) throws IOException {
    process = Optional.of(SwtpmProcess.start(directory, serving, outlivesJvm));
    return this;
  }

  /** The address in the form {@code swtpm:unix:PATH} or {@code swtpm:tcp:HOST:PORT}. */
  public String address() {
    int port = process.map(SwtpmProcess::tcpPort).orElse(0);
    return port == 0 ? "swtpm:unix:" + directory.dataSocket() : "swtpm:tcp:127.0.0.1:" + port;
  }

  /** What tpm2-tools want in TPM2TOOLS_TCTI to use this TPM. */
  public String tcti() {
    int port = process.map(SwtpmProcess::tcpPort).orElse(0);
    return port == 0 ? "swtpm:path=" + directory.dataSocket() : "swtpm:host=127.0.0.1,port=" + port;
  }

  /** Powers off without TPM2_Shutdown: its clock may go back. No-op if off. */
  public void stop() {
    process.ifPresent(SwtpmProcess::stop);
    process = Optional.empty();
  }

  /** Cuts the power: swtpm is killed. The clock may go back and is no longer "safe". */
  public void powerCut() {
    running().kill();
    process = Optional.empty();
  }

  /** An orderly reboot, a TPM Reset: resetCount + 1, restartCount 0, all PCRs as at power-on. */
  public void reboot() throws IOException {
    cycle(TPM_SU_CLEAR);
  }

  /**
   * A TPM Restart: TPM2_Shutdown(STATE), which needs no authorization, power off and on, {@code
   * Startup(CLEAR)}. The PCRs are zero again, resetCount stays, restartCount + 1.
   */
  public void restart() throws IOException {
    cycle(TPM_SU_STATE);
  }

  /** An orderly power-off: TPM2_Shutdown(CLEAR) first, so that clock and counters are kept. */
  public void shutDown() throws IOException {
    shutdown(TPM_SU_CLEAR);
    stop();
  }

  private void cycle(int shutdownType) throws IOException {
    int port = running().tcpPort();
    boolean outlivesJvm = running().outlivesJvm();
    shutdown(shutdownType);
    stop();
    start(port == 0 ? new Serving.UnixSocket() : new Serving.Loopback(port), outlivesJvm);
  }

  /**
   * What firmware and boot loader do after power-on: TPM2_PCR_Extend of the SHA-256 bank, with the
   * data channel free.
   *
   * @param measured in order, of PCRs that locality 0 may extend
   */
  public void measure(List<FirmwareLogMaker.Extend> measured) throws IOException {
    for (FirmwareLogMaker.Extend extend : measured) {
      ByteBuffer command = ByteBuffer.allocate(65);
      command.putShort((short) 0x8002).putInt(65).putInt(0x182).putInt(extend.pcr());
      // The empty password authorizes.
      command.putInt(9).putInt(0x40000009).putShort((short) 0).put((byte) 0).putShort((short) 0);
      command.putInt(1).putShort((short) 0xB).put(extend.digest().toArray());
      requireSuccess(
          "TPM2_PCR_Extend", ShortExchange.exchange(data(), command.array(), 10, TIMEOUT));
    }
  }

  private SocketAddress data() {
    int port = running().tcpPort();
    return port == 0
        ? UnixDomainSocketAddress.of(directory.dataSocket())
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static void requireSuccess(String command, byte[] answer) throws IOException {
    int code = ByteBuffer.wrap(answer).getInt(6);
    if (code != 0) {
      throw new TpmSimulationException(
          command + ": expected success, the TPM answered 0x" + Integer.toHexString(code));
    }
  }

  private void shutdown(int shutdownType) throws IOException {
    byte[] shutdown =
        ByteBuffer.allocate(12)
            .putShort((short) 0x8001)
            .putInt(12)
            .putInt(0x145)
            .putShort((short) shutdownType)
            .array();
    byte[] answer;
    try {
      answer = ShortExchange.exchange(data(), shutdown, 10, TIMEOUT);
    } catch (SocketTimeoutException e) {
      throw new TpmSimulationException(
          "TPM2_Shutdown was not answered: swtpm serves one client at a time; close the other"
              + " connection to "
              + address()
              + " first",
          e);
    }
    requireSuccess("TPM2_Shutdown", answer);
  }

  /**
   * Copies the TPM's memory, while it is off.
   *
   * @return the directory, for {@link #restore}
   */
  public Path snapshot(Path target) throws IOException {
    requireOff("copy its memory");
    TpmDirectory.copyState(directory.state(), target);
    return target;
  }

  /** Puts an earlier memory back, while it is off: its counters and clock go back with it. */
  public void restore(Path snapshot) throws IOException {
    requireOff("replace its memory");
    if (!TpmDirectory.holdsState(snapshot)) {
      throw new TpmSimulationException("expected a TPM's memory in " + snapshot + ", found none");
    }
    TpmDirectory.copyState(snapshot, directory.state());
  }

  /** Makes a second TPM with the same memory, seeds and EK, as a hypervisor can with a vTPM. */
  public SimulatedTpm cloneTo(Path target) throws IOException {
    requireOff("clone it");
    TpmDirectory copy = new TpmDirectory(target);
    copy.create();
    TpmDirectory.copyState(directory.state(), copy.state());
    return in(target);
  }

  /** Powers off. */
  @Override
  public void close() {
    stop();
  }

  @Override
  public String toString() {
    return "SimulatedTpm[" + address() + (isRunning() ? ", on]" : ", off]");
  }

  private SwtpmProcess running() {
    return process
        .filter(SwtpmProcess::isAlive)
        .orElseThrow(() -> new IllegalStateException("the TPM in " + directory.path() + " is off"));
  }

  private void requireOff(String purpose) {
    if (isRunning()) {
      throw new IllegalStateException("stop the TPM in " + directory.path() + " to " + purpose);
    }
  }

  private static int freePortPair() throws IOException {
    for (int attempt = 0; attempt < 20; attempt++) {
      try (ServerSocket data = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        int port = data.getLocalPort();
        if (port < 65535) {
          try (ServerSocket control =
              new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
            return control.getLocalPort() - 1;
          } catch (java.net.BindException e) {
            continue;
          }
        }
      }
    }
    throw new TpmSimulationException("found no two neighbouring free TCP ports on loopback");
  }
}
