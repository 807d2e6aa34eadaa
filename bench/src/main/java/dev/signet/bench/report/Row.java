// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.util.List;

/**
 * One thing that was measured.
 *
 * @param samples one for each column of the table, in their order
 */
public record Row(String name, List<Samples> samples) {
  public Row {
    samples = List.copyOf(samples);
  }

  public static Row of(String name, Samples... samples) {
    return new Row(name, List.of(samples));
  }
}
