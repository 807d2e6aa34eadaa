// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Tells the launcher's user what was refused. An agent that asks ten thousand times fills no disk
 * with it: after a few lines, one comes every ten seconds, and says how many did not.
 */
public final class RefusalNotices {
  private static final int AT_ONCE = 5;
  private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Consumer<String> output;
  private final LongSupplier nanos;
  private int allowance = AT_ONCE;
  private long since;
  private long untold;

  /**
   * @param output takes one line at a time
   * @param nanos a monotonic clock
   */
  public RefusalNotices(Consumer<String> output, LongSupplier nanos) {
    this.output = output;
    this.nanos = nanos;
    this.since = nanos.getAsLong();
  }

  /**
   * @param text without control characters
   */
  public synchronized void tell(String text) {
    long now = nanos.getAsLong();
    long earned = (now - since) / PAUSE_NANOS;
    if (earned > 0) {
      allowance = (int) Math.min(AT_ONCE, allowance + earned);
      since += earned * PAUSE_NANOS;
    }
    if (allowance == 0) {
      untold++;
      return;
    }
    allowance--;
    output.accept(untold == 0 ? text : text + " (" + untold + " refusals before it were not told)");
    untold = 0;
  }

  /** What is left to say at the end: how many were not told. */
  public synchronized Optional<String> rest() {
    return untold == 0 ? Optional.empty() : Optional.of(untold + " more refusals were not told");
  }
}
