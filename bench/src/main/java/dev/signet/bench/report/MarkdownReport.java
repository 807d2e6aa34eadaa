// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.io.IOException;

/** Tables for people: median (lowest to highest) of each figure, and its ratio to the first row. */
public final class MarkdownReport implements Report {
  private final Appendable out;

  public MarkdownReport(Appendable out) {
    this.out = out;
  }

  @Override
  public void machine(Machine machine) throws IOException {
    out.append(machine.toString()).append("\n");
  }

  @Override
  public void result(Result result) throws IOException {
    out.append("\n### ").append(result.title()).append("\n\n| |");
    boolean compared = result.rows().size() > 1;
    for (String column : result.columns()) {
      out.append(' ').append(column).append(compared ? " | ratio |" : " |");
    }
    out.append("\n|---|").append((compared ? "--:|--:|" : "--:|").repeat(result.columns().size()));
    out.append("\n");
    for (Row row : result.rows()) {
      out.append("| ").append(row.name()).append(" |");
      for (int i = 0; i < result.columns().size(); i++) {
        Samples samples = row.samples().get(i);
        out.append(' ').append(spread(samples)).append(" |");
        if (compared) {
          double ratio = samples.ratioTo(result.reference().samples().get(i));
          out.append(' ').append(Figures.of(ratio)).append(" |");
        }
      }
      out.append("\n");
    }
    out.append("\n");
    for (Floor floor : result.floors()) {
      out.append("**Floor:** ").append(floor.toString()).append("\n\n");
    }
    for (String note : result.notes()) {
      out.append("- ").append(note).append("\n");
    }
  }

  private static String spread(Samples samples) {
    String median = Figures.of(samples.median());
    return samples.count() == 1
        ? median
        : median
            + " ("
            + Figures.of(samples.lowest())
            + " to "
            + Figures.of(samples.highest())
            + ")";
  }
}
