// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a JVM answer until a request costs it no less than before: what it runs for long is compiled
 * by the second compiler then, as in a service that is used. A fixed time would measure that
 * compiler on a slow machine.
 */
public final class Warming {
  /** In which a request's cost is looked at. */
  public static final Duration WINDOW = Duration.ofSeconds(3);

  private static final int COMPARED = 3;
  private static final double STEADY = 0.95;
  private static final int MOST = 40;

  private Warming() {}

  /** Makes the server work for about one {@link #WINDOW}. */
  public static void warm(ProcessHandle server, MeteredLoad.Load load)
      throws IOException, InterruptedException {
    List<Double> costs = new ArrayList<>();
    while (!isSteady(costs) && costs.size() < MOST) {
      costs.add(MeteredLoad.figures(server, load)[MeteredLoad.COST]);
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
