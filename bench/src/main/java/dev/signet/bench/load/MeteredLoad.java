// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Measures a load together with the processor time that the server spends on it. */
public final class MeteredLoad {
  /** The columns of a table of such figures. */
  public static final List<String> COLUMNS =
      List.of("requests/s", "p50, µs", "p99, µs", "server CPU, µs each");

  /** Where the processor time of a request stands. */
  static final int COST = 3;

  private MeteredLoad() {}

  /** Something that makes the server work. */
  @FunctionalInterface
  public interface Load {
    LoadFigures run() throws IOException, InterruptedException;
  }

  /**
   * Runs a load. The last figure hardly depends on who else uses the machine.
   *
   * @param server the server's process; its children count too
   * @return figures in the order of {@link #COLUMNS}
   */
  public static double[] figures(ProcessHandle server, Load load)
      throws IOException, InterruptedException {
    Duration before = processorTime(server);
    LoadFigures figures = load.run();
    Duration spent = processorTime(server).minus(before);
    return new double[] {
      figures.perSecond(),
      figures.p50Micros(),
      figures.p99Micros(),
      spent.toNanos() / 1000.0 / figures.count()
    };
  }

  private static Duration processorTime(ProcessHandle server) {
    return Stream.concat(Stream.of(server), server.descendants())
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }
}
