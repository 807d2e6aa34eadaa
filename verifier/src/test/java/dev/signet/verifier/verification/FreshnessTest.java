// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.ClockInfo;
import org.junit.jupiter.api.Test;

class FreshnessTest {
  private static final ClockInfo LAST = new ClockInfo(1000, 7, 2, true);

  private static Freshness next(long clock, long reset, long restart, boolean safe) {
    return authentic(Freshness.compare(LAST, new ClockInfo(clock, reset, restart, safe)));
  }

  private static void rolledBack(long clock, long reset, long restart, boolean safe) {
    refused(
        Freshness.compare(LAST, new ClockInfo(clock, reset, restart, safe)),
        Refusal.CLOCK_ROLLED_BACK,
        "last accepted reset 7, restart 2");
  }

  @Test
  void clockGoesOnInTheSameBoot() {
    assertThat(next(1000, 7, 2, true)).isEqualTo(Freshness.SAME_BOOT);
    assertThat(next(1001, 7, 2, true)).isEqualTo(Freshness.SAME_BOOT);
    assertThat(next(1001, 7, 2, false)).isEqualTo(Freshness.SAME_BOOT);
  }

  @Test
  void attack23ClockOrCountersRolledBack() {
    rolledBack(999, 7, 2, true);
    rolledBack(999, 7, 2, false);
    rolledBack(2000, 6, 2, true);
    rolledBack(2000, 6, 9, true);
    rolledBack(2000, 7, 1, true);
    rolledBack(999, 8, 0, true);
    rolledBack(999, 7, 3, true);
  }

  @Test
  void attack23RestartCountReturnsToZeroAtReset() {
    assertThat(next(2000, 8, 0, true)).isEqualTo(Freshness.NEW_BOOT);
    assertThat(next(2000, 9, 1, true)).isEqualTo(Freshness.NEW_BOOT);
  }

  @Test
  void attack57RestartIsAnotherBoot() {
    assertThat(next(2000, 7, 3, true)).isEqualTo(Freshness.NEW_BOOT);
    assertThat(next(2000, 8, 2, true)).as("as many restarts").isEqualTo(Freshness.NEW_BOOT);
  }

  @Test
  void attack62ClearedTpm() {
    rolledBack(0, 0, 0, true);
    rolledBack(5000, 0, 0, true);
    refused(
        Freshness.compare(new ClockInfo(1000, 0, 0, true), new ClockInfo(3, 0, 0, true)),
        Refusal.CLOCK_ROLLED_BACK,
        "now reset 0");
  }

  @Test
  void clockMayBeginLowerAfterLossOfPower() {
    assertThat(next(2, 8, 0, false)).isEqualTo(Freshness.NEW_BOOT);
  }
}
