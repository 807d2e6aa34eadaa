// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

/**
 * What a load came to.
 *
 * @param count answers
 * @param perSecond answers a second
 * @param p50Micros time from the first byte sent to the last received, median, in microseconds
 * @param p99Micros the same, 99th percentile
 */
public record LoadFigures(int count, double perSecond, double p50Micros, double p99Micros) {
  public static LoadFigures of(long[] nanos, long elapsedNanos) {
    Latencies latencies = new Latencies(nanos);
    return new LoadFigures(
        nanos.length,
        nanos.length * 1e9 / elapsedNanos,
        latencies.percentileMicros(50),
        latencies.percentileMicros(99));
  }
}
