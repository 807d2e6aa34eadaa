// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a JVM answer so many requests, and until one costs it no less than before: what it runs for
 * long is compiled by the second compiler then, as in a service that is used. A fixed time would
 * measure that compiler on a slow machine, and so would the cost alone, which rests on the way.
 */
public final class Warming {
  /** In which a request's cost is looked at. */
  public static final Duration WINDOW = Duration.ofSeconds(3);

  private static final int COMPARED = 3;
  private static final double STEADY = 0.95;
  private static final int MOST = 60;

  private Warming() {}

  /**
   * Makes the server work, for three minutes at most.
   *
   * @param requests at least
   * @param load of about one {@link #WINDOW}
   */
  public static void warm(ProcessHandle server, int requests, MeteredLoad.Load load)
      throws IOException, InterruptedException {
    List<Double> costs = new ArrayList<>();
    int[] answered = {0};
    MeteredLoad.Load counted =
        () -> {
          LoadFigures figures = load.run();
          answered[0] += figures.count();
          return figures;
        };
    while ((answered[0] < requests || !isSteady(costs)) && costs.size() < MOST) {
      costs.add(MeteredLoad.figures(server, counted)[MeteredLoad.COST]);
    }
  }

  /** Whether the last windows cost about what the ones before them did. */
  static boolean isSteady(List<Double> costs) {
    int count = costs.size();
    if (count < 2 * COMPARED) {
      return false;
    }
    double last = mean(costs.subList(count - COMPARED, count));
    double before = mean(costs.subList(count - 2 * COMPARED, count - COMPARED));
    return last >= STEADY * before;
  }

  private static double mean(List<Double> costs) {
    return costs.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
