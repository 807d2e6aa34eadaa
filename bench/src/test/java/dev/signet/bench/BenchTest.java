// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.bench.report.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
  private static final List<Measurement> ALL = List.of(named("crypto"), named("egress"));

  @Test
  void withoutNamesAllAreMeasured() {
    assertThat(Bench.parse(List.of("--quick"), ALL)).hasValue(new Bench.Order(ALL, true, false));
  }

  @Test
  void namesChooseInTheirOrder() {
    assertThat(Bench.parse(List.of("egress", "--json", "crypto"), ALL))
        .hasValue(new Bench.Order(List.of(ALL.get(1), ALL.get(0)), false, true));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(Bench.parse(List.of("speed"), ALL)).isEmpty();
    assertThat(Bench.parse(List.of("--fast"), ALL)).isEmpty();
  }

  @Test
  void whatIsLongMustBeNamed() {
    List<Measurement> all = List.of(ALL.get(0), named("long", true));
    assertThat(Bench.parse(List.of(), all).orElseThrow().chosen()).containsExactly(ALL.get(0));
    assertThat(Bench.parse(List.of("long"), all).orElseThrow().chosen())
        .containsExactly(all.get(1));
  }

  private static Measurement named(String name) {
    return named(name, false);
  }

  private static Measurement named(String name, boolean isLong) {
    return new Measurement() {
      @Override
      public boolean isLong() {
        return isLong;
      }

      @Override
      public String name() {
        return name;
      }

      @Override
      public String what() {
        return name;
      }

      @Override
      public List<Result> run(Effort effort) {
        return List.of();
      }
    };
  }
}
