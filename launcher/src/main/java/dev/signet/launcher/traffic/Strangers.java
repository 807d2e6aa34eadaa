// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the lines about connections that made no request, so that other programs on the host
 * cannot push the agent's exchanges out of the log by knocking. Safe for use by many threads.
 */
final class Strangers {
  private static final int LINES = 20;
  private static final long PER = TimeUnit.MINUTES.toNanos(1);

  private final AtomicLong uncounted = new AtomicLong();
  private long since;
  private int lines;

  synchronized boolean worthALine(long now) {
    if (lines == 0 || now - since > PER) {
      since = now;
      lines = 0;
    }
    if (lines == LINES) {
      uncounted.incrementAndGet();
      return false;
    }
    lines++;
    return true;
  }

  /** Those that got no line since this was last asked. */
  long takeUncounted() {
    return uncounted.getAndSet(0);
  }
}
