// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A computer with UEFI firmware that measures what it boots into a simulated TPM: QEMU in software
 * emulation (no KVM is needed), OVMF, a kernel with IMA. Its disks live in a directory; it can be
 * shut down and booted again, also with another kernel command line. It reaches nothing but the
 * ports that it is given.
 *
 * <p>Slow, some 20 to 60 s a boot. One at a time. Not safe for use by several threads at once.
 */
public final class VirtualMachine implements Closeable {
  /** The command line of a machine whose kernel measures what root runs and reads. */
  public static final String MEASURED =
      "console=ttyS0 root=/dev/vda ro quiet ima_policy=tcb ima_hash=sha256";

  private static final Duration QEMU_STARTS = Duration.ofSeconds(20);
  private static final Duration BOOTS = Duration.ofMinutes(5);
  private static final Duration POWERS_OFF = Duration.ofMinutes(2);
  private static final Path FIRMWARE = Path.of("/usr/share/OVMF");

  private final Path directory;
  private final SimulatedTpm tpm;
  private final GuestFiles guest;
  private final Path root;
  private final Path data;
  private final Map<String, Integer> forwards;
  private Optional<Running> running = Optional.empty();

  private record Running(Process qemu, Watchdog watchdog, GuestShell shell) {}

  /** What came of a command in the guest: its exit code and what it printed. */
  public record Ended(int code, byte[] bytes) {
    /** The output as text. */
    public String said() {
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }

  private VirtualMachine(
      Path directory,
      SimulatedTpm tpm,
      GuestFiles guest,
      Path root,
      Path data,
      Map<String, Integer> forwards) {
    this.directory = directory;
    this.tpm = tpm;
    this.guest = guest;
    this.root = root;
    this.data = data;
    this.forwards = forwards;
  }

  /**
   * Builds one; it is off.
   *
   * @param directory for its disks and sockets; its path must be short (UNIX sockets)
   * @param tpm off; this machine's from now on
   * @param data a disk that it mounts read-only at {@code /opt/signet}
   * @param forwards what it can reach: address and port in 10.0.2.0/24, to a port of loopback here
   */
  public static VirtualMachine build(
      Path directory, SimulatedTpm tpm, GuestFiles guest, Path data, Map<String, Integer> forwards)
      throws IOException {
    Files.createDirectories(directory);
    Path root = guest.copyRoot(directory.resolve("root.img"));
    Files.copy(FIRMWARE.resolve("OVMF_VARS_4M.fd"), directory.resolve("firmware.fd"));
    return new VirtualMachine(directory, tpm, guest, root, data, Map.copyOf(forwards));
  }

  /**
   * Powers on, and returns when its shell answers.
   *
   * @param commandLine of the kernel
   */
  public void boot(String commandLine) throws IOException {
    if (running.isPresent()) {
      throw new IllegalStateException("the machine in " + directory + " is on");
    }
    Path wire = directory.resolve("shell");
    Files.deleteIfExists(wire);
    Path said = directory.resolve("qemu.out");
    Process qemu =
        new ProcessBuilder(command(commandLine, tpm.startForMachine(), wire))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    Watchdog watchdog = Watchdog.over(qemu.pid());
    try {
      GuestShell shell = connected(qemu, wire);
      running = Optional.of(new Running(qemu, watchdog, shell));
      shell.awaitReady(BOOTS);
    } catch (IOException e) {
      String console = tail(console());
      cut(qemu, watchdog);
      throw new TpmSimulationException(
          e.getMessage() + "; QEMU said: " + tail(said) + "; the console: " + console, e);
    }
  }

  /** Runs a command as root. */
  public Ended run(String command, Duration within) throws IOException {
    return on().shell().run(command, within);
  }

  /**
   * Runs a command as root that has to succeed.
   *
   * @return what it printed
   */
  public String must(String command, Duration within) throws IOException {
    Ended ended = run(command, within);
    if (ended.code() != 0) {
      throw new TpmSimulationException(
          "in the guest, " + command + " ended with " + ended.code() + ": " + ended.said());
    }
    return ended.said();
  }

  /** Has the guest shut down, with its TPM, and waits for it. */
  public void shutDown() throws IOException {
    Running was = on();
    was.shell().tell("systemctl poweroff");
    try {
      if (!was.qemu().waitFor(POWERS_OFF.toSeconds(), TimeUnit.SECONDS)) {
        throw new TpmSimulationException("the guest did not power off: " + tail(console()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TpmSimulationException("interrupted while the guest shut down", e);
    } finally {
      close();
    }
  }

  /** The serial console's output of the newest boot. */
  public Path console() {
    return directory.resolve("console.log");
  }

  /** Cuts the power, if it is on. */
  @Override
  public void close() throws IOException {
    if (running.isPresent()) {
      Running was = running.get();
      was.shell().close();
      cut(was.qemu(), was.watchdog());
    }
  }

  private void cut(Process qemu, Watchdog watchdog) {
    running = Optional.empty();
    watchdog.dismiss();
    qemu.destroyForcibly();
    try {
      qemu.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tpm.stop();
  }

  private Running on() {
    return running.orElseThrow(
        () -> new IllegalStateException("the machine in " + directory + " is off"));
  }

  private List<String> command(String commandLine, Path tpmSocket, Path wire) {
    List<String> words =
        new ArrayList<>(List.of("qemu-system-x86_64", "-accel", "tcg,thread=multi"));
    words.addAll(List.of("-machine", "q35", "-cpu", "Nehalem", "-m", "1024", "-smp", "2"));
    words.addAll(List.of("-nodefaults", "-no-reboot", "-display", "none"));
    words.addAll(List.of("-serial", "file:" + console()));
    drive(words, "if=pflash,format=raw,readonly=on", FIRMWARE.resolve("OVMF_CODE_4M.fd"));
    drive(words, "if=pflash,format=raw", directory.resolve("firmware.fd"));
    drive(words, "if=virtio,format=raw", root);
    drive(words, "if=virtio,format=raw,readonly=on", data);
    words.addAll(List.of("-chardev", "socket,id=tpm,path=" + tpmSocket));
    words.addAll(List.of("-tpmdev", "emulator,id=chip,chardev=tpm"));
    words.addAll(List.of("-device", "tpm-crb,tpmdev=chip"));
    words.addAll(List.of("-device", "virtio-serial-pci"));
    words.addAll(List.of("-chardev", "socket,id=shell,server=on,wait=off,path=" + wire));
    words.addAll(List.of("-device", "virtserialport,chardev=shell,name=signet-test"));
    StringBuilder network = new StringBuilder("user,id=net,restrict=on");
    forwards.forEach(
        (reached, port) ->
            network.append(",guestfwd=tcp:%s-cmd:nc 127.0.0.1 %d".formatted(reached, port)));
    words.addAll(List.of("-netdev", network.toString()));
    words.addAll(List.of("-device", "virtio-net-pci,netdev=net,romfile="));
    words.addAll(List.of("-kernel", guest.kernel().toString()));
    words.addAll(List.of("-initrd", guest.initrd().toString()));
    words.addAll(List.of("-append", commandLine));
    return words;
  }

  private static void drive(List<String> words, String how, Path file) {
    words.addAll(List.of("-drive", how + ",file=" + file));
  }

  private static GuestShell connected(Process qemu, Path wire) throws IOException {
    long deadline = System.nanoTime() + QEMU_STARTS.toNanos();
    while (true) {
      try {
        return GuestShell.connect(wire);
      } catch (IOException e) {
        if (!qemu.isAlive() || System.nanoTime() > deadline) {
          throw new TpmSimulationException("QEMU did not start", e);
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private static String tail(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return text.substring(Math.max(0, text.length() - 1500));
    } catch (IOException e) {
      return "(nothing)";
    }
  }
}
