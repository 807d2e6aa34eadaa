// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.util.Arrays;

/**
 * One figure, measured once in each round. Rounds of the things that are compared alternate, so
 * that the same position in two lists belongs to the same stretch of time.
 */
public final class Samples {
  private final double[] values;

  private Samples(double[] values) {
    this.values = values;
  }

  /**
   * @throws IllegalArgumentException if there is none, or one is not a finite number
   */
  public static Samples of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("expected at least one sample");
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("expected finite samples, got " + value);
      }
    }
    return new Samples(values.clone());
  }

  public int count() {
    return values.length;
  }

  public double lowest() {
    return Arrays.stream(values).min().orElseThrow();
  }

  public double highest() {
    return Arrays.stream(values).max().orElseThrow();
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * The median of the ratios of each round. A slow stretch of the machine that covers both sides of
   * a round cancels out, which a ratio of medians would not give.
   *
   * @throws IllegalArgumentException if the other has another number of rounds or a zero
   */
  public double ratioTo(Samples reference) {
    if (values.length != reference.values.length) {
      throw new IllegalArgumentException(
          "expected as many rounds, got " + values.length + " and " + reference.values.length);
    }
    double[] ratios = new double[values.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / reference.values[i];
    }
    return of(ratios).median();
  }
}
