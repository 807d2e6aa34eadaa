// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void percentilesAreByNearestRank() {
    Latencies latencies =
        new Latencies(LongStream.rangeClosed(1, 200).map(i -> (201 - i) * 1000).toArray());
    assertThat(latencies.percentileMicros(50)).isEqualTo(100);
    assertThat(latencies.percentileMicros(99)).isEqualTo(198);
    assertThat(latencies.percentileMicros(99.9)).isEqualTo(200);
    assertThat(latencies.percentileMicros(100)).isEqualTo(200);
  }

  @Test
  void oneOperationIsEveryPercentile() {
    Latencies latencies = new Latencies(new long[] {1500});
    assertThat(latencies.percentileMicros(1)).isEqualTo(1.5);
    assertThat(latencies.percentileMicros(99)).isEqualTo(1.5);
  }

  @Test
  void refusesNothingAndPercentilesOutOfRange() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Latencies(new long[0]));
    Latencies one = new Latencies(new long[] {1});
    assertThatIllegalArgumentException().isThrownBy(() -> one.percentileMicros(0));
    assertThatIllegalArgumentException().isThrownBy(() -> one.percentileMicros(100.1));
  }

  @Test
  void rateIsOperationsByElapsedTime() {
    LoadFigures figures = LoadFigures.of(new long[] {1000, 3000, 2000, 4000}, 2_000_000);
    assertThat(figures).isEqualTo(new LoadFigures(4, 2000, 2, 4));
  }
}
