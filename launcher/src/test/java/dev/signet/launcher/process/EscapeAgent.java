// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An agent that tries to get away from its launcher in every way that its arguments name, each
 * {@code NAME=what it needs}, and prints {@code NAME: works} or {@code NAME: kept} and why.
 */
@SuppressWarnings("restricted") // what Java has no method for, the C library has
final class EscapeAgent {
  private static final Linker LINKER = Linker.nativeLinker();

  private EscapeAgent() {}

  /** One way; it throws if it does not lead anywhere. */
  private interface Way {
    void go() throws Throwable;
  }

  public static void main(String[] ways) throws Throwable {
    String launcher = Integer.toString(call("getppid"));
    String launch = Path.of("").toAbsolutePath().getParent().toString();
    for (String way : ways) {
      String name = way.substring(0, way.indexOf('='));
      String with = way.substring(name.length() + 1);
      String kind = name.contains("/") ? name.substring(0, name.indexOf('/')) : name;
      attempt(
          name, () -> go(kind, with.replace("%LAUNCHER%", launcher).replace("%LAUNCH%", launch)));
    }
    System.out.println("tried");
    System.out.flush();
    System.in.read();
  }

  private static void attempt(String name, Way way) {
    try {
      way.go();
      System.out.println(name + ": works");
    } catch (Throwable e) {
      System.out.println(name + ": kept " + e.toString().replace('\n', ' '));
    }
  }

  private static void go(String kind, String with) throws Throwable {
    switch (kind) {
      case "tcp" -> {
        int colon = with.lastIndexOf(':');
        try (Socket socket = new Socket()) {
          socket.connect(
              new InetSocketAddress(
                  InetAddress.getByName(with.substring(0, colon)),
                  Integer.parseInt(with.substring(colon + 1))),
              1000);
        }
      }
      case "udp" -> echo(Integer.parseInt(with));
      case "device" ->
          require(
              NetworkInterface.networkInterfaces()
                      .anyMatch(device -> !device.getName().equals("lo"))
                  ? 0
                  : -1);
      case "socket" -> {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(with))) {
          require(channel.isConnected() ? 0 : -1);
        }
      }
      case "abstract" -> connectAbstract(with);
      case "family" -> {
        String[] numbers = with.split(",");
        require(call("socket", number(numbers[0]), number(numbers[1]), number(numbers[2])));
      }
      case "queue" -> require(call("msgget", number(with), 0));
      case "read" -> {
        try (var in = Files.newInputStream(Path.of(with))) {
          require(in.read());
        }
      }
      case "list" -> {
        try (Stream<Path> files = Files.list(Path.of(with))) {
          require(files.findAny().isPresent() ? 0 : -1);
        }
      }
      case "signal" -> require(call("kill", number(with), 0));
      case "memory" -> readMemory(number(with));
      case "namespace" -> {
        int descriptor = open(with);
        require(descriptor);
        require(call("setns", descriptor, 0));
      }
      case "run" -> run(with.split("~"));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static void require(int result) {
    if (result < 0) {
      throw new IllegalStateException("refused");
    }
  }

  private static void echo(int port) throws Exception {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(500);
      byte[] word = {1};
      socket.send(new DatagramPacket(word, 1, InetAddress.getByName("127.0.0.1"), port));
      socket.receive(new DatagramPacket(new byte[1], 1));
    }
  }

  private static int call(String name, int... arguments) throws Throwable {
    List<java.lang.foreign.MemoryLayout> layouts = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (int argument : arguments) {
      layouts.add(ValueLayout.JAVA_INT);
      values.add(argument);
    }
    return (int)
        LINKER
            .downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, layouts.toArray(java.lang.foreign.MemoryLayout[]::new)))
            .invokeWithArguments(values);
  }

  private static int open(String path) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          LINKER
              .downcallHandle(
                  LINKER.defaultLookup().find("open").orElseThrow(),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                  Linker.Option.firstVariadicArg(2))
              .invoke(arena.allocateFrom(path), 0);
    }
  }

  /** unix(7): a name that begins with a zero byte is no file's. */
  private static void connectAbstract(String name) throws Throwable {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(3L + text.length);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
      MemorySegment.copy(text, 0, address, ValueLayout.JAVA_BYTE, 3, text.length);
      int result =
          (int)
              LINKER
                  .downcallHandle(
                      LINKER.defaultLookup().find("connect").orElseThrow(),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_INT))
                  .invoke(call("socket", 1, 1, 0), address, 3 + text.length);
      require(result);
    }
  }

  /** process_vm_readv(2) of one byte, at the first place that the process can read. */
  private static void readMemory(int pid) throws Throwable {
    String first =
        Files.readAllLines(Path.of("/proc", Integer.toString(pid), "maps")).stream()
            .filter(line -> line.split(" ")[1].startsWith("r") && line.endsWith("/java"))
            .findFirst()
            .orElseThrow();
    long address = Long.parseLong(first.substring(0, first.indexOf('-')), 16);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment here = arena.allocate(16, 8);
      here.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
      here.set(ValueLayout.JAVA_LONG, 8, 1);
      MemorySegment there = arena.allocate(16, 8);
      there.set(ValueLayout.JAVA_LONG, 0, address);
      there.set(ValueLayout.JAVA_LONG, 8, 1);
      long read =
          (long)
              LINKER
                  .downcallHandle(
                      LINKER.defaultLookup().find("process_vm_readv").orElseThrow(),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_LONG))
                  .invoke(pid, here, 1L, there, 1L, 0L);
      require((int) read);
    }
  }

  private static void run(String[] command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(said.strip());
    }
  }
}
