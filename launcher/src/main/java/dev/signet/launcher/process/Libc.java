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
  private static final int CLONE_NEWNS = 0x20000;
  private static final int MNT_DETACH = 2;
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

  /** Gives the calling thread, and what it starts, a mount namespace of its own; unshare(2). */
  static void unshareMounts() throws IOException {
    MethodHandle unshare = function("unshare", -1, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    require("unshare", state -> (int) unshare.invokeExact(state, CLONE_NEWNS));
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
      require("mount", state -> (int) mount.invokeExact(state, name, at, name, flags, options));
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

  private static int prctl(int option, long argument) throws IOException {
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
    return require("prctl", state -> (int) prctl.invokeExact(state, option, argument, 0L, 0L, 0L));
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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = call.invoke(state);
      if (result < 0) {
        throw new IOException(name + " failed with error number " + (int) ERRNO.get(state, 0L));
      }
      return result;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a foreign call throws nothing of its own", e);
    }
  }
}
