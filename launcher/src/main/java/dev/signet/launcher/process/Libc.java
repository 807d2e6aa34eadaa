// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** The few system calls that Java has no method for. Linux, 64 bit. */
final class Libc {
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_SECCOMP = 22;
  private static final int SECCOMP_MODE_FILTER = 2;

  // unshare(2)
  static final int CLONE_NEWNS = 0x20000;
  static final int CLONE_NEWIPC = 0x0800_0000;
  static final int CLONE_NEWNET = 0x4000_0000;

  // open(2)
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_NOFOLLOW = 0400000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;

  private static final int MNT_DETACH = 2;
  private static final long MS_BIND = 1 << 12;
  private static final long MS_REC = 1 << 14;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long IFREQ_BYTES = 40;
  private static final long IFREQ_FLAGS = 16;
  private static final short IFF_UP = 1;
  private static final int RLIMIT_CORE = 4;
  private static final int MCL_CURRENT = 1;
  private static final int MCL_FUTURE = 2;
  private static final int MCL_ONFAULT = 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private Libc() {}

  static void kill(long pid, int signal) throws IOException {
    MethodHandle kill =
        function("kill", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    require("kill", state -> (int) kill.invokeExact(state, Math.toIntExact(pid), signal));
  }

  /** Makes this process's memory and /proc entries unreadable for others of its user. */
  static void forbidDumping() throws IOException {
    prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_GET_DUMPABLE, 0) != 0) {
      throw new IOException("the kernel kept the process dumpable");
    }
  }

  /** For this process and those that it starts. */
  static void forbidCoreFiles() throws IOException {
    MethodHandle setrlimit =
        function("setrlimit", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment none = arena.allocate(ValueLayout.JAVA_LONG, 2);
      require("setrlimit", state -> (int) setrlimit.invokeExact(state, RLIMIT_CORE, none));
    }
  }

  /** Keeps touched pages out of swap, also of memory mapped later. */
  static void lockMemory() throws IOException {
    MethodHandle mlockall = function("mlockall", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    int flags = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    require("mlockall", state -> (int) mlockall.invokeExact(state, flags));
  }

  /** Gives the calling thread, and what it starts, namespaces of its own; CLONE_ constants. */
  static void unshare(int flags) throws IOException {
    MethodHandle unshare = function("unshare", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    require("unshare", state -> (int) unshare.invokeExact(state, flags));
  }

  /** open(2) with O_ constants; the descriptor is to be given to {@link #close}. */
  static int open(Path path, int flags) throws IOException {
    MethodHandle open =
        function(
            "open",
            2,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      return require("open of " + path, state -> (int) open.invokeExact(state, name, flags, 0600));
    }
  }

  static void close(int descriptor) throws IOException {
    MethodHandle close = function("close", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    require("close", state -> (int) close.invokeExact(state, descriptor));
  }

  /**
   * Locks a file for whoever has this descriptor, until it is closed; flock(2).
   *
   * @return false if somebody else has it
   */
  static boolean lock(int descriptor) {
    MethodHandle flock =
        function("flock", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    return result(state -> (int) flock.invokeExact(state, descriptor, LOCK_EX | LOCK_NB)).value()
        == 0;
  }

  /** Whether a name service knows a user or a group of this number; getpwuid(3), getgrgid(3). */
  static boolean isKnown(int id) {
    return isFound("getpwuid", id) || isFound("getgrgid", id);
  }

  private static boolean isFound(String function, int id) {
    MethodHandle find = function(function, -1, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    return result(
                state -> {
                  MemorySegment entry = (MemorySegment) find.invokeExact(state, id);
                  return entry.equals(MemorySegment.NULL) ? 0 : 1;
                })
            .value()
        != 0;
  }

  /** Turns this thread's network namespace's loopback device on; netdevice(7). */
  static void bringLoopbackUp() throws IOException {
    MethodHandle socket =
        function(
            "socket",
            -1,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    MethodHandle ioctl =
        function(
            "ioctl",
            2,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    int descriptor =
        require("socket", state -> (int) socket.invokeExact(state, AF_INET, SOCK_DGRAM, 0));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_BYTES);
      request.setString(0, "lo");
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, IFF_UP);
      require("ioctl", state -> (int) ioctl.invokeExact(state, descriptor, SIOCSIFFLAGS, request));
    } finally {
      close(descriptor);
    }
  }

  /**
   * mount(2).
   *
   * @param flags MS_ constants
   * @param data the file system's own options
   */
  static void mount(String type, Path target, long flags, String data) throws IOException {
    MethodHandle mount =
        function(
            "mount",
            -1,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(type);
      MemorySegment at = arena.allocateFrom(target.toString());
      MemorySegment options = arena.allocateFrom(data);
      require(
          "mount at " + target,
          state -> (int) mount.invokeExact(state, name, at, name, flags, options));
    }
  }

  /** Shows one file or directory, with all mounts in it, at another place as well. */
  static void bind(Path source, Path target) throws IOException {
    MethodHandle mount =
        function(
            "mount",
            -1,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(source.toString());
      MemorySegment at = arena.allocateFrom(target.toString());
      require(
          "mount at " + target,
          state ->
              (int)
                  mount.invokeExact(
                      state, from, at, MemorySegment.NULL, MS_BIND | MS_REC, MemorySegment.NULL));
    }
  }

  /** Of the calling thread, and of those that share its directory with it; chdir(2). */
  static void changeDirectory(Path to) throws IOException {
    MethodHandle chdir = function("chdir", -1, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(to.toString());
      require("chdir", state -> (int) chdir.invokeExact(state, path));
    }
  }

  /** Takes a mount away at once, and its contents as soon as nobody uses them; umount2(2). */
  static void detach(Path target) throws IOException {
    MethodHandle umount =
        function("umount2", -1, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocateFrom(target.toString());
      require("umount2", state -> (int) umount.invokeExact(state, at, MNT_DETACH));
    }
  }

  /**
   * Has the kernel ask a program before each system call of this thread and what it starts;
   * seccomp(2). Cannot be undone.
   *
   * @param program struct sock_filter, one after the other
   */
  static void filterSystemCalls(byte[] program) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocateFrom(ValueLayout.JAVA_BYTE, program);
      // struct sock_fprog: how many, and, after padding, where.
      MemorySegment described = arena.allocate(16, 8);
      described.set(ValueLayout.JAVA_SHORT, 0, (short) (program.length / 8));
      described.set(ValueLayout.ADDRESS, 8, instructions);
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described.address());
    }
  }

  private static int prctl(int option, long argument) throws IOException {
    return prctl(option, argument, 0);
  }

  private static int prctl(int option, long argument, long second) throws IOException {
    MethodHandle prctl =
        function(
            "prctl",
            1,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    return require(
        "prctl", state -> (int) prctl.invokeExact(state, option, argument, second, 0L, 0L));
  }

  /** One call; the segment takes errno. */
  private interface Call {
    int invoke(MemorySegment state) throws Throwable;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new IllegalStateException("the C library has no " + name));
    Linker.Option errno = Linker.Option.captureCallState("errno");
    FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
    return firstVariadic < 0
        ? LINKER.downcallHandle(address, descriptor, errno)
        : LINKER.downcallHandle(
            address, descriptor, errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static int require(String name, Call call) throws IOException {
    Result result = result(call);
    if (result.value() < 0) {
      throw new IOException(name + " failed with error number " + result.errno());
    }
    return result.value();
  }

  private record Result(int value, int errno) {}

  private static Result result(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int value = call.invoke(state);
      return new Result(value, (int) ERRNO.get(state, 0L));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a foreign call throws nothing of its own", e);
    }
  }
}
