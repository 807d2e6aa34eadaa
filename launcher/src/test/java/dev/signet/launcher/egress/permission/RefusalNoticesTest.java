// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalNoticesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final List<String> lines = new ArrayList<>();
  private final RefusalNotices notices = new RefusalNotices(lines::add, now::get);

  @Test
  void floodIsAFewLinesAndANumber() {
    for (int i = 0; i < 10_000; i++) {
      notices.tell("refused " + i);
    }
    assertThat(lines).hasSize(5).endsWith("refused 4");
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    notices.tell("refused again");
    notices.tell("and again");
    assertThat(lines).hasSize(6).endsWith("refused again (9995 refusals before it were not told)");
    assertThat(notices.rest()).contains("1 more refusals were not told");
  }

  @Test
  void quietTimeGivesNoMoreThanTheFirstLines() {
    now.addAndGet(Duration.ofDays(1).toNanos());
    for (int i = 0; i < 100; i++) {
      notices.tell("refused " + i);
    }
    assertThat(lines).hasSize(5);
  }

  @Test
  void nothingIsLeftWhereAllWasTold() {
    notices.tell("refused");
    assertThat(notices.rest()).isEmpty();
  }
}
