// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.util.Locale;

/**
 * A promise about a figure, and the figure. Reported, never enforced: a busy machine is no defect.
 *
 * @param promise in words, such as {@code at least 80 % of the bare check}
 * @param least true if the figure must be this or more, false if this or less
 */
public record Floor(String promise, double bound, boolean least, double measured) {
  public static Floor atLeast(double bound, String promise, double measured) {
    return new Floor(promise, bound, true, measured);
  }

  public static Floor atMost(double bound, String promise, double measured) {
    return new Floor(promise, bound, false, measured);
  }

  public boolean met() {
    return least ? measured >= bound : measured <= bound;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: measured %s, %s",
        promise,
        Figures.of(measured),
        met() ? "met" : "MISSED");
  }
}
