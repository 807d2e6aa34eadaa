// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What there is on a host for an agent that wants to get away; all of it open to everybody. */
@SuppressWarnings("restricted") // what Java has no method for, the C library has
final class HostOfEscapes {
  /** Of no use for anybody, RFC 5737. */
  private static final String ROUTE = "203.0.113.7/32";

  /** Takes one thing away. */
  private interface Undo {
    void run() throws Exception;
  }

  /** Last first. */
  private final Deque<Undo> open = new ArrayDeque<>();

  private final List<String> ways = new ArrayList<>();

  HostOfEscapes() throws Exception {
    String mark = "signet-test-" + ProcessHandle.current().pid();
    try {
      network(mark);
      queue();
      sockets(mark);
      files(mark);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    launcher();
  }

  /** For {@link EscapeAgent}. */
  List<String> ways() {
    return List.copyOf(ways);
  }

  private void network(String mark) throws Exception {
    ways.add("tcp/loopback=127.0.0.1:" + listen("127.0.0.1"));
    if (Files.exists(Path.of("/proc/net/if_inet6"))) {
      ways.add("tcp/loopback6=::1:" + listen("::1"));
    }
    // The internet may not be there; another address of this host's is as far away.
    String outside =
        NetworkInterface.networkInterfaces()
            .filter(device -> !device.getName().equals("lo"))
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address.getAddress().length == 4)
            .map(InetAddress::getHostAddress)
            .findAny()
            .orElse(null);
    if (outside != null) {
      ways.add("device=");
      ways.add("tcp/outside=" + outside + ":" + listen(outside));
    }
    DatagramSocket echo = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
    open.push(echo::close);
    Thread.ofPlatform().daemon().start(() -> echo(echo));
    ways.add("udp=" + echo.getLocalPort());
    listenAbstract(mark);
    ways.add("abstract=" + mark);
    ways.add("family/raw=2,3,1");
    ways.add("family/packet=17,3,0");
    if (Files.exists(Path.of("/dev/vsock"))) {
      ways.add("family/machine-below=40,1,0");
    }
    if (Files.exists(Path.of("/usr/sbin/ip"))) {
      ways.add("run/route=/usr/sbin/ip~route~add~" + ROUTE + "~dev~lo");
      open.push(
          () ->
              new ProcessBuilder("/usr/sbin/ip", "route", "del", ROUTE, "dev", "lo")
                  .start()
                  .waitFor());
    }
  }

  /** Of System V, sysvipc(7): reached by a number, through no file and no network. */
  private void queue() throws IOException {
    int key = 0x5160_0000 | (int) ProcessHandle.current().pid();
    int queue = call("msgget", key, 0666 | 01000);
    open.push(() -> call("msgctl", queue, 0, MemorySegment.NULL));
    ways.add("queue=" + key);
  }

  private void sockets(String mark) throws IOException {
    for (String directory : List.of("/run", "/tmp", "/dev/shm", "/var/lib")) {
      Path path = Path.of(directory, mark + ".socket");
      ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      open.push(socket::close);
      socket.bind(UnixDomainSocketAddress.of(path));
      open.push(() -> Files.delete(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
      ways.add("socket" + directory + "=" + path);
    }
  }

  private void files(String mark) throws Exception {
    Path device = Path.of("/dev", mark);
    // As one of a TPM would be: another's device, with its numbers.
    new ProcessBuilder("mknod", "-m", "666", device.toString(), "c", "1", "5").start().waitFor();
    open.push(() -> Files.delete(device));
    ways.add("read/device=" + device);
    ways.add("run/uncover=/usr/bin/unshare~-U~-r~-m~sh~-c~umount -l /dev 2>&1; test -e " + device);
    for (String directory : List.of("/home", "/tmp", "/run")) {
      Path file = Files.writeString(Path.of(directory, mark + ".txt"), "x");
      open.push(() -> Files.delete(file));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      ways.add("read" + directory + "=" + file);
    }
    Path state = Files.createDirectory(Path.of("/var/lib", mark));
    open.push(() -> Files.delete(state));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    Path secret = Files.writeString(state.resolve("secret"), "x");
    open.push(() -> Files.delete(secret));
    ways.add("read/state=" + secret);
  }

  /** The agent knows its launcher's number, and where it runs. */
  private void launcher() {
    ways.add("read/process=/proc/1/status");
    ways.add("read/environment=/proc/%LAUNCHER%/environ");
    ways.add("list/descriptors=/proc/%LAUNCHER%/fd");
    ways.add("list/root=/proc/%LAUNCHER%/root");
    ways.add("list/launch=%LAUNCH%");
    ways.add("memory=%LAUNCHER%");
    ways.add("signal=%LAUNCHER%");
    ways.add("namespace=/proc/%LAUNCHER%/ns/net");
    ways.add("run/attach=" + LaunchedAgent.RUNTIME.resolve("bin/jcmd") + "~%LAUNCHER%~VM.version");
  }

  private int listen(String address) throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getByName(address));
    open.push(server::close);
    return server.getLocalPort();
  }

  private static void echo(DatagramSocket socket) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[1], 1);
      while (true) {
        socket.receive(packet);
        socket.send(packet);
      }
    } catch (SocketException e) {
      // closed at the end of the test
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** unix(7): a name that begins with a zero byte is no file's. */
  private void listenAbstract(String name) throws Exception {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int descriptor;
    try (Arena arena = Arena.ofConfined()) {
      descriptor = call("socket", 1, 1, 0);
      MemorySegment address = arena.allocate(3L + text.length);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
      MemorySegment.copy(text, 0, address, ValueLayout.JAVA_BYTE, 3, text.length);
      call("bind", descriptor, address, 3 + text.length);
      call("listen", descriptor, 10);
    }
    open.push(() -> Libc.close(descriptor));
  }

  private static int call(String name, Object... arguments) throws IOException {
    var layouts =
        List.of(arguments).stream()
            .map(a -> a instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS)
            .toArray(java.lang.foreign.MemoryLayout[]::new);
    int result;
    try {
      result =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      Linker.nativeLinker().defaultLookup().find(name).orElseThrow(),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                  .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (result < 0) {
      throw new IOException(name + " failed");
    }
    return result;
  }

  /** Takes it all away. */
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
