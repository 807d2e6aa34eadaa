// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.library;

import dev.signet.bench.Effort;
import dev.signet.bench.Jmh;
import dev.signet.bench.Measurement;
import dev.signet.bench.Pinning;
import dev.signet.bench.ProcessorTime;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.util.List;

/** The relying party's library against the signature check that it cannot do without. */
public final class LibraryMeasurement implements Measurement {
  private static final double FLOOR = 0.8;

  @Override
  public String name() {
    return "library";
  }

  @Override
  public String what() {
    return "complete request verifications per core against the bare signature check";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    List<Rounds.Contender> contenders =
        List.of(
            new Rounds.Contender("bare signature check", () -> perSecond("bare", effort)),
            new Rounds.Contender("complete verification", () -> perSecond("complete", effort)));
    List<Row> rows;
    try (Pinning _ = Pinning.toOneCore()) {
      rows = Rounds.withoutWarmUp(effort.rounds(), contenders);
    }
    double share = rows.get(1).samples().get(0).ratioTo(rows.get(0).samples().get(0));
    return List.of(
        new Result(
            name(),
            "Request verification in the relying party's library on one core",
            List.of("requests per CPU second"),
            rows,
            List.of(Floor.atLeast(FLOOR, "at least 0.80 of the bare check's rate", share)),
            List.of()));
  }

  private static double[] perSecond(String method, Effort effort) throws IOException {
    double nanosPerBatch =
        Jmh.secondaryScore(
            Jmh.options(VerificationBenchmark.class, method)
                .addProfiler(ProcessorTime.class)
                .warmupIterations(6)
                .warmupBatchSize(VerificationBenchmark.BATCH)
                .measurementIterations(Math.max(1, 2 * (int) effort.window().toSeconds()))
                .measurementBatchSize(VerificationBenchmark.BATCH),
            ProcessorTime.LABEL);
    return new double[] {VerificationBenchmark.BATCH * 1e9 / nanosPerBatch};
  }
}
