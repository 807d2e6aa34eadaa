// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Keeps the current thread, and the processes that it starts, on one processor until closed. So
 * figures "per core" are that, for a JVM with all its threads as well as for a command.
 */
public final class Pinning implements AutoCloseable {
  /** Room for 1024 processors, as in the C library's cpu_set_t. */
  private static final int SET_BYTES = 128;

  private static final MethodHandle GET = handle("sched_getaffinity");
  private static final MethodHandle SET = handle("sched_setaffinity");

  private final byte[] before;

  private Pinning(byte[] before) {
    this.before = before;
  }

  /** Takes the last processor that this thread may use: the first one serves more interrupts. */
  public static Pinning toOneCore() throws IOException {
    byte[] allowed = call(GET, new byte[SET_BYTES]);
    byte[] one = new byte[SET_BYTES];
    for (int i = SET_BYTES - 1; i >= 0; i--) {
      if (allowed[i] != 0) {
        one[i] = (byte) Integer.highestOneBit(allowed[i] & 0xff);
        break;
      }
    }
    call(SET, one);
    return new Pinning(allowed);
  }

  @Override
  public void close() throws IOException {
    call(SET, before);
  }

  /** Passes the set to the system and returns what stands in it afterwards. */
  private static byte[] call(MethodHandle function, byte[] set) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, set);
      int result;
      try {
        result = (int) function.invokeExact(0, (long) SET_BYTES, memory);
      } catch (Throwable e) {
        throw new LinkageError("the C library's scheduler functions cannot be called", e);
      }
      if (result < 0) {
        throw new IOException("the system refused to say or set which processors are used");
      }
      return memory.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @SuppressWarnings("restricted") // Two functions of the C library, which the JDK has no words for.
  private static MethodHandle handle(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS));
  }
}
