// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WarmingTest {
  /** Seen of the egress proxy in five seconds each. */
  private static final List<Double> SEEN =
      List.of(
          3271.0, 1202.0, 758.0, 791.0, 614.0, 416.0, 237.0, 207.0, 214.0, 197.0, 198.0, 180.0,
          176.0, 179.0, 199.0);

  @Test
  void lastsUntilARequestCostsNoLessThanBefore() {
    for (int windows = 0; windows < SEEN.size(); windows++) {
      assertThat(Warming.isSteady(SEEN.subList(0, windows))).as("%d", windows).isFalse();
    }
    assertThat(Warming.isSteady(SEEN)).isTrue();
  }

  @Test
  void aServerThatIsWarmIsSeenToBe() {
    assertThat(Warming.isSteady(List.of(12.0, 12.1, 11.9, 12.0, 12.2, 12.0))).isTrue();
  }
}
