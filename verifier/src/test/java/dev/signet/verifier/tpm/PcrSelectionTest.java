// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcrSelectionTest {
  @Test
  void encodesOneSha256EntryOfThreeBytes() {
    assertThat(Bytes.of(PcrSelection.of(List.of(15, 0, 7, 10)).encode()).toHex())
        .isEqualTo("00000001000b03818400");
    assertThat(PcrSelection.of(List.of(15, 0, 0)).indexes()).containsExactly(0, 15);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 21, 22, 23})
  void attack13RefusesResettableAndUncountedPcrs(int pcr) {
    assertThatThrownBy(() -> PcrSelection.of(List.of(0, pcr)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack11RefusesNoPcrsAndUnknownOnes() {
    for (List<Integer> wrong : List.of(List.<Integer>of(), List.of(-1), List.of(24))) {
      assertThatThrownBy(() -> PcrSelection.of(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
