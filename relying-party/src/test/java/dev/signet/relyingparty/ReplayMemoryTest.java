// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import static dev.signet.relyingparty.ReplayGuard.Outcome.BEFORE_MEMORY;
import static dev.signet.relyingparty.ReplayGuard.Outcome.FRESH;
import static dev.signet.relyingparty.ReplayGuard.Outcome.FULL;
import static dev.signet.relyingparty.ReplayGuard.Outcome.REPLAYED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReplayMemoryTest {
  private static final long START = 1_800_000_000;
  private static final Instant START_INSTANT = Instant.ofEpochSecond(START);

  private final ReplayMemory memory = ReplayMemory.onFirstStart(100, START_INSTANT);

  @Test
  void remembersUntilTheSignatureAndTheSkewHavePassed() {
    assertThat(use("k", "n", START, START + 60, START)).isEqualTo(FRESH);
    assertThat(use("k", "n", START, START + 60, START + 69)).isEqualTo(REPLAYED);
    assertThat(memory.size()).isEqualTo(1);
    assertThat(use("k", "other", START + 70, START + 130, START + 70)).isEqualTo(FRESH);
    assertThat(memory.size()).isEqualTo(1);
  }

  @Test
  void tellsKeysApart() {
    assertThat(use("k1", "n", START, START + 60, START)).isEqualTo(FRESH);
    assertThat(use("k2", "n", START, START + 60, START)).isEqualTo(FRESH);
  }

  @Test
  void attack39RefusesWhenFullAndStillKnowsReplays() {
    for (int key = 0; key < 4; key++) {
      for (int i = 0; i < 25; i++) {
        assertThat(use("k" + key, "n" + i, START, START + 60, START)).isEqualTo(FRESH);
      }
    }
    assertThat(use("k5", "n", START, START + 60, START)).isEqualTo(FULL);
    assertThat(use("k0", "n0", START, START + 60, START)).isEqualTo(REPLAYED);
    assertThat(use("k5", "n", START + 70, START + 130, START + 70)).isEqualTo(FRESH);
  }

  @Test
  void oneKeyCannotTakeAllTheRoom() {
    for (int i = 0; i < 25; i++) {
      assertThat(use("greedy", "n" + i, START, START + 60, START)).isEqualTo(FRESH);
    }
    assertThat(use("greedy", "more", START, START + 60, START)).isEqualTo(FULL);
    assertThat(use("modest", "n", START, START + 60, START)).isEqualTo(FRESH);
  }

  @Test
  void attack39KnowsNothingOfTheTimeBeforeARestart() {
    ReplayMemory restarted = ReplayMemory.afterRestart(100, START_INSTANT);
    assertThat(restarted.use("k", "n", START + 10, START + 60, START + 3)).isEqualTo(BEFORE_MEMORY);
    assertThat(restarted.use("k", "n", START + 11, START + 60, START + 3)).isEqualTo(FRESH);
  }

  @Test
  void attack39ClockThatWasAheadAndIsSetBackOpensNoWayBack() {
    assertThat(use("k", "n", START, START + 60, START)).isEqualTo(FRESH);
    long ahead = START + 3600;
    assertThat(use("other", "m", ahead, ahead + 60, ahead)).isEqualTo(FRESH);
    assertThat(use("k", "n", START, START + 60, START + 5)).isEqualTo(BEFORE_MEMORY);
    assertThat(use("k", "later", START + 16, START + 76, START + 16)).isEqualTo(FRESH);
    assertThat(use("k", "later", START + 16, START + 76, START + 17)).isEqualTo(REPLAYED);
    assertThat(use("other", "m", ahead, ahead + 60, ahead)).isEqualTo(REPLAYED);
  }

  @Test
  void clockThatJumpsForgetsWhatHasPassedAndNothingElse() {
    assertThat(use("k", "old", START, START + 60, START)).isEqualTo(FRESH);
    long later = START + 100_000;
    assertThat(use("k", "new", later, later + 60, later)).isEqualTo(FRESH);
    assertThat(memory.size()).isEqualTo(1);
    assertThat(use("k", "new", later, later + 60, START)).isEqualTo(REPLAYED);
  }

  @Property(tries = 50)
  void neverForgetsTooEarly(
      @ForAll List<@IntRange(max = 59) Integer> steps,
      @ForAll @IntRange(min = 1, max = 60) int life) {
    ReplayMemory fresh = ReplayMemory.onFirstStart(1000, START_INSTANT);
    assertThat(fresh.use("k", "n", START, START + life, START)).isEqualTo(FRESH);
    long now = START;
    int count = 0;
    for (int step : steps) {
      now += step;
      if (now < START + life + 10) {
        assertThat(fresh.use("k", "n", START, START + life, now)).isEqualTo(REPLAYED);
      }
      fresh.use("k", "x" + count++, now, now + 60, now);
    }
  }

  @Test
  void onlyOneOfManyThreadsWins() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 50; round++) {
        String nonce = "n" + round;
        List<Callable<ReplayGuard.Outcome>> calls =
            IntStream.range(0, 8)
                .<Callable<ReplayGuard.Outcome>>mapToObj(
                    i -> () -> use("k" + nonce, nonce, START, START + 60, START))
                .toList();
        int fresh = 0;
        for (Future<ReplayGuard.Outcome> outcome : threads.invokeAll(calls)) {
          fresh += outcome.get() == FRESH ? 1 : 0;
        }
        assertThat(fresh).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(memory.size()).isEqualTo(50);
  }

  private ReplayGuard.Outcome use(String key, String nonce, long created, long expires, long now) {
    return memory.use(key, nonce, created, expires, now);
  }
}
