// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A running swtpm: started here, or found by its pid file. */
final class SwtpmProcess {
  private static final Duration READY = Duration.ofSeconds(10);

  private final ProcessHandle handle;
  private final Optional<Watchdog> watchdog;
  private final ControlChannel control;
  private final int tcpPort;

  private SwtpmProcess(
      ProcessHandle handle, Optional<Watchdog> watchdog, ControlChannel control, int tcpPort) {
    this.handle = handle;
    this.watchdog = watchdog;
    this.control = control;
    this.tcpPort = tcpPort;
  }

  /** Who is served, and where. */
  sealed interface Serving {
    /** Programs of this machine, by a UNIX socket in the directory. */
    record UnixSocket() implements Serving {}

    /** Programs of this machine, by loopback's TCP; the control port is the next one. */
    record Loopback(int port) implements Serving {}

    /** QEMU, which powers it on and hands its data channel over by the control socket. */
    record VirtualMachine() implements Serving {}
  }

  /**
   * Starts swtpm and returns when it answers.
   *
   * @param outlivesJvm whether it goes on when this JVM ends
   */
  static SwtpmProcess start(TpmDirectory directory, Serving serving, boolean outlivesJvm)
      throws IOException {
    TpmSimulation.require();
    directory.create();
    Optional<SwtpmProcess> running = find(directory);
    if (running.isPresent()) {
      throw new TpmSimulationException(
          "expected a stopped TPM in "
              + directory.path()
              + ", found swtpm running with pid "
              + running.get().handle.pid()
              + "; stop it first");
    }
    directory.clearSockets();
    List<String> command = new ArrayList<>();
    if (outlivesJvm) {
      // A session of its own: Ctrl-C in the terminal that started it is not meant for it.
      TpmSimulation.program("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    }
    command.addAll(List.of("swtpm", "socket", "--tpm2"));
    command.addAll(List.of("--tpmstate", "dir=" + directory.state() + ",mode=0600"));
    String control = "type=unixio,path=" + directory.controlSocket() + ",mode=0600";
    int tcpPort = 0;
    switch (serving) {
      case Serving.UnixSocket() ->
          command.addAll(
              List.of("--server", "type=unixio,path=" + directory.dataSocket() + ",mode=0600"));
      case Serving.Loopback(int port) -> {
        command.addAll(List.of("--server", "type=tcp,port=" + port + ",bindaddr=127.0.0.1"));
        control = "type=tcp,port=" + (port + 1) + ",bindaddr=127.0.0.1";
        tcpPort = port;
      }
      case Serving.VirtualMachine() -> {}
    }
    command.addAll(List.of("--ctrl", control));
    command.addAll(List.of("--pid", "file=" + directory.pidFile()));
    if (!(serving instanceof Serving.VirtualMachine)) { // its firmware does TPM2_Startup
      command.addAll(List.of("--flags", "not-need-init,startup-clear"));
    }
    command.addAll(List.of("--log", "file=" + directory.log() + ",level=1,truncate"));
    Path output = directory.path().resolve("swtpm.out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    Optional<Watchdog> watchdog =
        outlivesJvm ? Optional.empty() : Optional.of(Watchdog.over(process.pid()));
    ControlChannel channel = new ControlChannel(controlAddress(directory, tcpPort));
    var started = new SwtpmProcess(process.toHandle(), watchdog, channel, tcpPort);
    long deadline = System.nanoTime() + READY.toNanos();
    while (!channel.answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        started.kill();
        throw new TpmSimulationException(
            "swtpm did not become ready in "
                + directory.path()
                + ": "
                + tail(output)
                + tail(directory.log()));
      }
      LockSupport.parkNanos(1_000_000);
    }
    return started;
  }

  /** Finds the swtpm that serves this directory, whoever started it. */
  static Optional<SwtpmProcess> find(TpmDirectory directory) throws IOException {
    if (!Files.exists(directory.pidFile())) {
      return Optional.empty();
    }
    String text = Files.readString(directory.pidFile()).strip();
    if (!text.matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    Path commandLine = Path.of("/proc", text, "cmdline");
    Optional<ProcessHandle> handle = ProcessHandle.of(Long.parseLong(text));
    if (handle.isEmpty() || !Files.exists(commandLine)) {
      return Optional.empty();
    }
    // The pid may have been given to another program since: believe only its arguments.
    List<String> arguments;
    try {
      arguments = List.of(Files.readString(commandLine).split("\0"));
    } catch (IOException e) {
      return Optional.empty();
    }
    if (!arguments.contains("file=" + directory.pidFile())) {
      return Optional.empty();
    }
    int port =
        arguments.stream()
            .filter(argument -> argument.startsWith("type=tcp,port="))
            .map(argument -> argument.replaceAll("^type=tcp,port=([0-9]+).*", "$1"))
            .mapToInt(Integer::parseInt)
            .min()
            .orElse(0);
    return Optional.of(
        new SwtpmProcess(
            handle.get(),
            Optional.empty(),
            new ControlChannel(controlAddress(directory, port)),
            port));
  }

  boolean isAlive() {
    return handle.isAlive();
  }

  long pid() {
    return handle.pid();
  }

  /** Whether it goes on when this JVM ends. */
  boolean outlivesJvm() {
    return watchdog.isEmpty();
  }

  int tcpPort() {
    return tcpPort;
  }

  /** Ends the process by its control channel, and by force if it does not obey. */
  void stop() {
    try {
      control.shutdown();
    } catch (IOException e) {
      handle.destroy();
    }
    if (!ended(Duration.ofSeconds(3))) {
      handle.destroyForcibly();
      ended(Duration.ofSeconds(3));
    }
    watchdog.ifPresent(Watchdog::dismiss);
  }

  /** SIGKILL: what the TPM had not yet written is lost, as in a power cut. */
  void kill() {
    handle.destroyForcibly();
    ended(Duration.ofSeconds(3));
    watchdog.ifPresent(Watchdog::dismiss);
  }

  private boolean ended(Duration within) {
    try {
      handle.onExit().get(within.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException | CompletionException e) {
      return !handle.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !handle.isAlive();
    }
  }

  private static SocketAddress controlAddress(TpmDirectory directory, int tcpPort) {
    return tcpPort == 0
        ? UnixDomainSocketAddress.of(directory.controlSocket())
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), tcpPort + 1);
  }

  private static String tail(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.substring(Math.max(0, text.length() - 500)) + " ";
    } catch (IOException e) {
      return "";
    }
  }
}
