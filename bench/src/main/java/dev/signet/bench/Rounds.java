// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import dev.signet.bench.report.Row;
import dev.signet.bench.report.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Measures several things in turns: one round of each, then the next round in reverse order. */
public final class Rounds {
  /** Rounds that are run first and thrown away: they warm caches and compilers. */
  private static final int WARM_UP = 2;

  private Rounds() {}

  /** One thing to be measured, by its name in the table. */
  public record Contender(String name, Round round) {}

  /** What a contender does in one round. */
  @FunctionalInterface
  public interface Round {
    /** The figures of one round, in the order of the table's columns. */
    double[] measure() throws IOException, InterruptedException;
  }

  /** Runs more rounds than asked for, of which the first ones do not count. */
  public static List<Row> run(int rounds, List<Contender> contenders)
      throws IOException, InterruptedException {
    return run(WARM_UP, rounds, contenders);
  }

  /** For contenders that warm up by themselves in each round, such as JMH's. */
  public static List<Row> withoutWarmUp(int rounds, List<Contender> contenders)
      throws IOException, InterruptedException {
    return run(0, rounds, contenders);
  }

  private static List<Row> run(int discarded, int rounds, List<Contender> contenders)
      throws IOException, InterruptedException {
    List<List<double[]>> figures = new ArrayList<>();
    contenders.forEach(contender -> figures.add(new ArrayList<>()));
    for (int round = 0; round < discarded + rounds; round++) {
      for (int turn = 0; turn < contenders.size(); turn++) {
        int index = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
        double[] measured = measure(contenders.get(index));
        if (round >= discarded) {
          figures.get(index).add(measured);
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      rows.add(new Row(contenders.get(i).name(), columns(figures.get(i))));
    }
    return rows;
  }

  private static double[] measure(Contender contender) throws IOException, InterruptedException {
    try {
      return contender.round().measure();
    } catch (IOException e) {
      throw new IOException(contender.name() + ": " + e.getMessage(), e);
    }
  }

  private static List<Samples> columns(List<double[]> rounds) {
    List<Samples> columns = new ArrayList<>();
    for (int column = 0; column < rounds.getFirst().length; column++) {
      int index = column;
      columns.add(Samples.of(rounds.stream().mapToDouble(figures -> figures[index]).toArray()));
    }
    return columns;
  }
}
