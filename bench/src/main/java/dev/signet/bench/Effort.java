// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.time.Duration;

/**
 * How long a run may take.
 *
 * @param rounds how often each thing is measured, in turns
 * @param window how long one measurement lasts, about
 */
public record Effort(int rounds, Duration window) {
  static final Effort FULL = new Effort(5, Duration.ofSeconds(3));
  static final Effort QUICK = new Effort(3, Duration.ofSeconds(1));

  public boolean isQuick() {
    return equals(QUICK);
  }

  /** A number of operations that takes about one window at a rate that one would expect. */
  public int operations(int expectedPerSecond) {
    return Math.toIntExact(expectedPerSecond * window.toMillis() / 1000);
  }
}
