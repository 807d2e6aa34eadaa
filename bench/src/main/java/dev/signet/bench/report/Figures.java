// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.util.Locale;

/** Figures as people read them: three or four digits that mean something. */
final class Figures {
  private Figures() {}

  static String of(double value) {
    double size = Math.abs(value);
    if (size >= 1000) {
      double unit = Math.pow(10, Math.floor(Math.log10(size)) - 2);
      return String.format(Locale.ROOT, "%,d", Math.round(value / unit) * Math.round(unit));
    }
    if (size >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
  }
}
