// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Refuses what leads past a network namespace (seccomp(2), as a classic BPF program): sockets of
 * families that namespaces do not separate, such as AF_VSOCK to the machine below; io_uring, which
 * makes sockets without the system call; the kernel's keys, which the agent would share with the
 * launcher's session; and programs for another architecture, whose calls have other numbers.
 */
final class SocketFilter {
  // <linux/bpf_common.h>, with struct seccomp_data's offsets as operands.
  private static final int LOAD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_AT_LEAST = 0x35;
  private static final int RETURN = 0x06;
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  // The kernel takes a family from the lower half, which comes first on these machines.
  private static final int FIRST_ARGUMENT = 16;

  // <linux/seccomp.h>
  private static final int ALLOW = 0x7fff_0000;
  private static final int ERROR = 0x0005_0000;

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  /** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK. */
  private static final List<Integer> FAMILIES = List.of(1, 2, 10, 16);

  /** Numbers from here on are the x32 ABI's. */
  private static final int X32 = 0x4000_0000;

  /**
   * The numbers of one machine's system calls.
   *
   * @param architecture AUDIT_ARCH_ constant
   */
  private record Machine(int architecture, int socket, int uring, List<Integer> keys) {
    static Machine named(String name) throws IOException {
      return switch (name) {
        case "amd64" -> new Machine(0xc000_003e, 41, 425, List.of(248, 249, 250));
        case "aarch64" -> new Machine(0xc000_00b7, 198, 425, List.of(217, 218, 219));
        default -> throw new IOException("system calls cannot be filtered on " + name + " yet");
      };
    }
  }

  private record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

  private SocketFilter() {}

  /**
   * The program, as the kernel takes it: struct sock_filter, one after the other.
   *
   * @param machine as the system property {@code os.arch} names it
   * @throws IOException if its system calls are not known here
   */
  static byte[] program(String machine) throws IOException {
    Machine calls = Machine.named(machine);
    List<Instruction> all = new ArrayList<>();
    all.add(new Instruction(LOAD, 0, 0, ARCHITECTURE));
    all.add(new Instruction(JUMP_IF_EQUAL, 1, 0, calls.architecture()));
    all.add(refuse(EPERM));
    all.add(new Instruction(LOAD, 0, 0, NUMBER));
    all.add(new Instruction(JUMP_IF_AT_LEAST, 0, 1, X32));
    all.add(refuse(ENOSYS));
    all.add(new Instruction(JUMP_IF_EQUAL, 0, 1, calls.uring()));
    all.add(refuse(ENOSYS));
    for (int key : calls.keys()) {
      all.add(new Instruction(JUMP_IF_EQUAL, 0, 1, key));
      all.add(refuse(EPERM));
    }
    all.add(new Instruction(JUMP_IF_EQUAL, 1, 0, calls.socket()));
    all.add(new Instruction(RETURN, 0, 0, ALLOW));
    all.add(new Instruction(LOAD, 0, 0, FIRST_ARGUMENT));
    for (int family : FAMILIES) {
      all.add(new Instruction(JUMP_IF_EQUAL, 0, 1, family));
      all.add(new Instruction(RETURN, 0, 0, ALLOW));
    }
    all.add(refuse(EAFNOSUPPORT));
    ByteBuffer program = ByteBuffer.allocate(8 * all.size()).order(ByteOrder.nativeOrder());
    for (Instruction instruction : all) {
      program.putShort((short) instruction.code());
      program.put((byte) instruction.ifTrue());
      program.put((byte) instruction.ifFalse());
      program.putInt(instruction.operand());
    }
    return program.array();
  }

  private static Instruction refuse(int error) {
    return new Instruction(RETURN, 0, 0, ERROR | error);
  }
}
