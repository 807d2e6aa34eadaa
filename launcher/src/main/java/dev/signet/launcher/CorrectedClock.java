// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that can be set right after the first word from the verifier. */
final class CorrectedClock extends Clock {
  private final AtomicReference<Clock> clock;

  CorrectedClock(AtomicReference<Clock> clock) {
    this.clock = clock;
  }

  @Override
  public ZoneId getZone() {
    return clock.get().getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return clock.get().withZone(zone);
  }

  @Override
  public Instant instant() {
    return clock.get().instant();
  }
}
