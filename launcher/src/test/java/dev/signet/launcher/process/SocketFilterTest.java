// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program, run as the kernel runs it (classic BPF). That it takes it, {@link IsolationIT}. */
class SocketFilterTest {
  private static final int ALLOW = 0x7fff0000;
  private static final int X86 = 0xc000003e;
  private static final int ARM = 0xc00000b7;

  @ParameterizedTest
  @CsvSource({"1", "2", "10", "16"})
  void letsSocketsBeThatANetworkNamespaceSeparates(int family) throws IOException {
    assertThat(run("amd64", X86, 41, family)).isEqualTo(ALLOW);
    assertThat(run("aarch64", ARM, 198, family)).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @CsvSource({"0", "3", "9", "11", "15", "17", "29", "31", "38", "40", "44", "-1"})
  void refusesSocketsOfOtherFamilies(int family) throws IOException {
    assertThat(run("amd64", X86, 41, family)).isEqualTo(0x50000 | 97);
    assertThat(run("aarch64", ARM, 198, family)).isEqualTo(0x50000 | 97);
  }

  @ParameterizedTest
  @CsvSource({
    "amd64,425,38",
    "amd64,248,1",
    "amd64,249,1",
    "amd64,250,1",
    "aarch64,425,38",
    "aarch64,217,1",
    "aarch64,218,1",
    "aarch64,219,1"
  })
  void refusesOtherWaysToSocketsAndTheKernelsKeys(String machine, int call, int error)
      throws IOException {
    assertThat(run(machine, machine.equals("amd64") ? X86 : ARM, call, 1))
        .isEqualTo(0x50000 | error);
  }

  @Test
  void refusesTheCallsOfOtherArchitectures() throws IOException {
    assertThat(run("amd64", 0x40000003, 359, 1)).as("32 bit").isEqualTo(0x50000 | 1);
    assertThat(run("amd64", X86, 0x40000000 | 41, 40)).as("x32").isEqualTo(0x50000 | 38);
    assertThat(run("aarch64", 0x40000028, 281, 1)).as("32 bit").isEqualTo(0x50000 | 1);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "42", "56", "59", "257", "424", "426"})
  void letsOtherCallsBe(int call) throws IOException {
    assertThat(run("amd64", X86, call, 40)).isEqualTo(ALLOW);
  }

  @Test
  void refusesAMachineWhoseCallsItDoesNotKnow() {
    assertThatThrownBy(() -> SocketFilter.program("riscv64"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("riscv64");
  }

  private static int run(String machine, int architecture, int call, int family)
      throws IOException {
    ByteBuffer program =
        ByteBuffer.wrap(SocketFilter.program(machine)).order(ByteOrder.nativeOrder());
    int loaded = 0;
    for (int at = 0; ; at++) {
      int code = program.getShort(8 * at);
      int operand = program.getInt(8 * at + 4);
      switch (code) {
        case 0x20 ->
            loaded =
                switch (operand) {
                  case 0 -> call;
                  case 4 -> architecture;
                  case 16 -> family;
                  default -> throw new IllegalStateException("loads " + operand);
                };
        case 0x15 -> at += program.get(8 * at + (loaded == operand ? 2 : 3));
        case 0x35 ->
            at += program.get(8 * at + (Integer.compareUnsigned(loaded, operand) >= 0 ? 2 : 3));
        case 0x06 -> {
          return operand;
        }
        default -> throw new IllegalStateException("instruction " + code);
      }
    }
  }
}
