// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.bench.report.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private final List<String> calls = new ArrayList<>();

  @Test
  void contendersTakeTurnsAndTheFirstRoundsAreThrownAway()
      throws IOException, InterruptedException {
    List<Row> rows = Rounds.run(2, List.of(counting("a"), counting("b")));
    assertThat(calls).containsExactly("a", "b", "b", "a", "a", "b", "b", "a");
    assertThat(rows).extracting(Row::name).containsExactly("a", "b");
    // Calls 1 to 4 were the warm-up: a was called 5th and 8th, b 6th and 7th.
    assertThat(rows.get(0).samples().get(0).lowest()).isEqualTo(5);
    assertThat(rows.get(0).samples().get(0).highest()).isEqualTo(8);
    assertThat(rows.get(1).samples().get(1).lowest()).isEqualTo(-7);
    assertThat(rows.get(1).samples().get(1).highest()).isEqualTo(-6);
  }

  @Test
  void withoutWarmUpEveryRoundCounts() throws IOException, InterruptedException {
    List<Row> rows = Rounds.withoutWarmUp(3, List.of(counting("a")));
    assertThat(rows.get(0).samples().get(0).count()).isEqualTo(3);
  }

  private Rounds.Contender counting(String name) {
    return new Rounds.Contender(
        name,
        () -> {
          calls.add(name);
          return new double[] {calls.size(), -calls.size()};
        });
  }
}
