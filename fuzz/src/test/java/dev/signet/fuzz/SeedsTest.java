// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The targets over their seeds, in the ordinary tests and without the fuzzer. */
class SeedsTest {
  /** Truncations and changed bytes of a seed that are tried, evenly spread. */
  private static final int PLACES = 24;

  @ParameterizedTest
  @EnumSource
  void seedsAreTakenAsTheirNamesSay(FuzzTarget target) throws Exception {
    List<Path> seeds = target.seeds();
    assertThat(seeds).as("seeds of %s", target).isNotEmpty();
    for (Path seed : seeds) {
      boolean refused = seed.getFileName().toString().startsWith("refused-");
      assertThat(target.accepts(Files.readAllBytes(seed))).as("%s", seed).isEqualTo(!refused);
    }
    assertThat(seeds).anyMatch(seed -> !seed.getFileName().toString().startsWith("refused-"));
  }

  @ParameterizedTest
  @EnumSource
  void attack44NeighboursOfSeedsHaveNoOtherWayOut(FuzzTarget target) throws Exception {
    target.accepts(new byte[0]);
    for (Path seed : target.seeds()) {
      byte[] bytes = Files.readAllBytes(seed);
      target.accepts(Arrays.copyOf(bytes, bytes.length + 1));
      int step = bytes.length / PLACES + 1;
      for (int at = 0; at < bytes.length; at += step) {
        target.accepts(Arrays.copyOf(bytes, at));
        byte[] changed = bytes.clone();
        for (int value : new int[] {0xFF, bytes[at] ^ 0x01}) {
          changed[at] = (byte) value;
          target.accepts(changed);
        }
      }
    }
  }

  @Test
  void whatAllocatesOverItsBoundIsFound() {
    assertThatThrownBy(() -> FuzzTarget.within(in -> new byte[32 << 20].length > 0, new byte[9]))
        .hasMessageContaining("bytes allocated for 9 bytes of input");
  }
}
