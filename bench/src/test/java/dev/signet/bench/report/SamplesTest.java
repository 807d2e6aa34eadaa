// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Samples.of(8, 1, 2, 100).median()).isEqualTo(5);
  }

  @Test
  void lowestAndHighestAreFound() {
    Samples samples = Samples.of(3, 7, 5);
    assertThat(samples.lowest()).isEqualTo(3);
    assertThat(samples.highest()).isEqualTo(7);
  }

  @Test
  void ratioIsTakenRoundByRound() {
    // The machine was ten times slower in the second round, for both.
    Samples reference = Samples.of(100, 10, 100);
    Samples other = Samples.of(80, 8, 90);
    assertThat(other.ratioTo(reference)).isEqualTo(0.8, within(1e-12));
  }

  @Test
  void orderOfRoundsIsKept() {
    assertThat(Samples.of(4, 1).ratioTo(Samples.of(1, 4))).isEqualTo((4 + 0.25) / 2);
  }

  @Test
  void refusesNoSampleAndNoNumber() {
    assertThatIllegalArgumentException().isThrownBy(Samples::of);
    assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(1, Double.NaN));
  }

  @Test
  void refusesRatioOfDifferentRoundsOrToZero() {
    Samples two = Samples.of(1, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> two.ratioTo(Samples.of(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> two.ratioTo(Samples.of(0, 1)));
  }
}
