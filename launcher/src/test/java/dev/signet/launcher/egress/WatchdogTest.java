// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Watchdog watchdog = new Watchdog(channel.eventLoop());
  private final List<String> barked = new ArrayList<>();

  @BeforeEach
  void freeze() {
    channel.freezeTime();
  }

  private void watch(int seconds, String what) {
    watchdog.watch(Duration.ofSeconds(seconds), () -> barked.add(what));
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void barksOnceAfterTheSilence() {
    watch(60, "silence");
    pass(59);
    assertThat(barked).isEmpty();
    pass(1);
    pass(600);
    assertThat(barked).containsExactly("silence");
  }

  @Test
  void eachTouchBeginsTheSilenceAnew() {
    watch(60, "silence");
    for (int i = 0; i < 5; i++) {
      pass(59);
      watchdog.touch();
    }
    pass(59);
    assertThat(barked).isEmpty();
    pass(1);
    assertThat(barked).containsExactly("silence");
  }

  @Test
  void watchesForTheNewestThingOnly() {
    watch(60, "short");
    pass(30);
    watch(600, "long");
    pass(599);
    assertThat(barked).isEmpty();
    pass(1);
    assertThat(barked).containsExactly("long");
  }

  @Test
  void shorterSilenceIsNotHeldUpByALongerOneBefore() {
    watch(600, "long");
    pass(1);
    watch(60, "short");
    pass(60);
    assertThat(barked).containsExactly("short");
    pass(600);
    assertThat(barked).containsExactly("short");
  }

  @Test
  void pausedItWatchesForNothingAndCanGoOn() {
    watch(60, "before");
    watchdog.pause();
    pass(30);
    watch(60, "after");
    pass(59);
    assertThat(barked).isEmpty();
    pass(1);
    assertThat(barked).containsExactly("after");
    watch(60, "never");
    watchdog.pause();
    pass(600);
    assertThat(barked).containsExactly("after");
  }

  @Test
  void stoppedItLeavesNoTimerBehind() {
    watch(60, "never");
    watchdog.stop();
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    pass(600);
    assertThat(barked).isEmpty();
  }
}
