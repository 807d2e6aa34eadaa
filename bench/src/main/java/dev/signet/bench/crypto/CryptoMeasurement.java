// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

import dev.signet.bench.Effort;
import dev.signet.bench.Jmh;
import dev.signet.bench.Measurement;
import dev.signet.bench.Pinning;
import dev.signet.bench.ProcessorTime;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Signatures on one core, each provider against OpenSSL on the same core. */
public final class CryptoMeasurement implements Measurement {
  @Override
  public String name() {
    return "crypto";
  }

  @Override
  public String what() {
    return "P-256 and Ed25519 per core: Amazon Corretto, Bouncy Castle, JDK, against openssl speed";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    for (CurveAlgorithm algorithm : CurveAlgorithm.values()) {
      List<Rounds.Contender> contenders = new ArrayList<>();
      contenders.add(
          new Rounds.Contender(
              "`openssl speed`",
              () -> {
                OpenSslSpeed speed = OpenSslSpeed.run(algorithm, effort.window());
                return new double[] {speed.verifies(), speed.signs()};
              }));
      for (CryptoProvider provider : CryptoProvider.values()) {
        contenders.add(
            new Rounds.Contender(
                provider.title(),
                () ->
                    new double[] {
                      score(provider, algorithm, "verify"), score(provider, algorithm, "sign")
                    }));
      }
      try (Pinning _ = Pinning.toOneCore()) {
        results.add(result(algorithm, Rounds.withoutWarmUp(effort.rounds(), contenders)));
      }
    }
    return results;
  }

  private static double score(CryptoProvider provider, CurveAlgorithm algorithm, String method)
      throws IOException {
    double nanosPerBatch =
        Jmh.secondaryScore(
            Jmh.options(SignatureBenchmark.class, method)
                .param("provider", provider.name())
                .param("algorithm", algorithm.name())
                .addProfiler(ProcessorTime.class)
                .warmupIterations(6)
                .warmupBatchSize(SignatureBenchmark.BATCH)
                .measurementIterations(3)
                .measurementBatchSize(SignatureBenchmark.BATCH),
            ProcessorTime.LABEL);
    return SignatureBenchmark.BATCH * 1e9 / nanosPerBatch;
  }

  private static Result result(CurveAlgorithm algorithm, List<Row> rows) {
    return new Result(
        "crypto",
        algorithm.title() + " signatures over 32 bytes on one core",
        List.of("verify per CPU second", "sign per CPU second"),
        rows,
        List.of(),
        List.of(
            "By processor time, as `openssl speed` counts; each provider in a JVM of its own."));
  }
}
