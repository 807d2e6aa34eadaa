// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One timer of one connection, used on its event loop only. Touching it is cheap, and so is
 * watching for something else: a timer that comes earlier than needed looks, and is set again.
 */
final class Watchdog {
  private final EventLoop loop;
  private Future<?> timer;
  private long due;
  private long touched;
  private long silence;
  private Runnable onSilence;

  Watchdog(EventLoop loop) {
    this.loop = loop;
  }

  /** Runs {@code action} once {@code length} has passed without {@link #touch()}. */
  void watch(Duration length, Runnable action) {
    touch();
    silence = length.toNanos();
    onSilence = action;
    if (timer == null || due - (touched + silence) > 0) {
      stopTimer();
      schedule(silence);
    }
  }

  void touch() {
    touched = now();
  }

  /** Watches for nothing until the next {@link #watch}, which is soon. */
  void pause() {
    onSilence = null;
  }

  /** Watches for nothing any more. */
  void stop() {
    pause();
    stopTimer();
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule(long delay) {
    due = now() + delay;
    timer = loop.schedule(this::look, delay, TimeUnit.NANOSECONDS);
  }

  private void look() {
    timer = null;
    Runnable action = onSilence;
    if (action == null) {
      return;
    }
    long left = silence - (now() - touched);
    if (left > 0) {
      schedule(left);
    } else {
      onSilence = null;
      action.run();
    }
  }

  private long now() {
    return loop.ticker().nanoTime();
  }
}
