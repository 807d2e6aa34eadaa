// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One timer of one connection, used on its event loop only. Touching it is cheap. */
final class Watchdog {
  private final EventLoop loop;
  private Future<?> timer;
  private long touched;

  Watchdog(EventLoop loop) {
    this.loop = loop;
  }

  /** Runs {@code onSilence} once {@code silence} has passed without {@link #touch()}. */
  void watch(Duration silence, Runnable onSilence) {
    stop();
    touch();
    schedule(silence.toNanos(), silence.toNanos(), onSilence);
  }

  void touch() {
    touched = System.nanoTime();
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule(long delay, long silence, Runnable onSilence) {
    timer =
        loop.schedule(
            () -> {
              long left = silence - (System.nanoTime() - touched);
              if (left > 0) {
                schedule(left, silence, onSilence);
              } else {
                timer = null;
                onSilence.run();
              }
            },
            delay,
            TimeUnit.NANOSECONDS);
  }
}
