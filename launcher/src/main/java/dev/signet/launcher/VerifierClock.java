// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/**
 * The verifier's time: what it said last, and how long ago that was by a clock that nobody sets.
 * Steps of the host's clock do not reach it. Until the verifier has spoken it is the host's time.
 */
final class VerifierClock extends Clock {
  private record Word(Instant time, long heardAt) {}

  private final Clock host;
  private final LongSupplier nanoTime;
  private volatile Word last;

  /**
   * @param nanoTime {@link System#nanoTime}, or what stands for it
   */
  VerifierClock(Clock host, LongSupplier nanoTime) {
    this.host = host;
    this.nanoTime = nanoTime;
  }

  /** To be called with each accepted answer, when it arrives. */
  void heard(Instant serverTime) {
    last = new Word(serverTime, nanoTime.getAsLong());
  }

  /** Nanoseconds that only their differences give a meaning; never set back. */
  long nanos() {
    return nanoTime.getAsLong();
  }

  @Override
  public ZoneId getZone() {
    return host.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("this clock gives instants only");
  }

  @Override
  public Instant instant() {
    Word word = last;
    return word == null
        ? host.instant()
        : word.time().plusNanos(nanoTime.getAsLong() - word.heardAt());
  }
}
