// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.util.Arrays;

/** How long each of many operations took, in nanoseconds. */
final class Latencies {
  private final long[] sorted;

  Latencies(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("expected at least one latency");
    }
    sorted = nanos.clone();
    Arrays.sort(sorted);
  }

  /**
   * The least latency that {@code percent} of the operations did not exceed (nearest rank), in
   * microseconds.
   *
   * @param percent more than 0, at most 100
   */
  double percentileMicros(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("expected more than 0 and at most 100, got " + percent);
    }
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[rank - 1] / 1000.0;
  }
}
