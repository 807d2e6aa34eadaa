// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.quote;

import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.Jmh;
import dev.signet.bench.Measurement;
import dev.signet.bench.Pinning;
import dev.signet.bench.Processes;
import dev.signet.bench.ProcessorTime;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Quotes a second of one core: against the bare signature check, and against Keylime's verifier
 * where the variable {@value #KEYLIME} names a Python that has it.
 */
public final class QuoteMeasurement implements Measurement {
  private static final String KEYLIME = "SIGNET_BENCH_KEYLIME";
  private static final List<String> FILES =
      List.of("ecc.pem", "ecc.tss.msg", "ecc.tss.sig", "serialized.pcrs");

  @Override
  public String name() {
    return "quotes";
  }

  @Override
  public String what() {
    return "quote verifications per core against the bare signature check, and Keylime's";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    Optional<String> python = Optional.ofNullable(System.getenv(KEYLIME));
    List<Rounds.Contender> contenders = new ArrayList<>();
    contenders.add(new Rounds.Contender("bare signature check", () -> ours("bare", effort)));
    contenders.add(new Rounds.Contender("quote of an attestation", () -> ours("quote", effort)));
    contenders.add(
        new Rounds.Contender("files of tpm2-tools (check quote)", () -> ours("files", effort)));
    List<Row> rows;
    Path directory = Files.createTempDirectory("signet-bench-quotes");
    try (Pinning _ = Pinning.toOneCore()) {
      for (String file : FILES) {
        Files.write(directory.resolve(file), QuoteFiles.read(file));
      }
      Path program = directory.resolve("keylime_quotes.py");
      Files.write(program, QuoteFiles.read("keylime_quotes.py"));
      python.ifPresent(
          path ->
              contenders.add(
                  new Rounds.Contender(
                      "Keylime, the same files", () -> keylime(path, program, effort.window()))));
      rows = Rounds.withoutWarmUp(effort.rounds(), contenders);
    } finally {
      Directories.delete(directory);
    }
    return List.of(
        new Result(
            name(),
            "Quotes of ten PCRs by a P-256 key on one core",
            List.of("quotes per CPU second"),
            rows,
            List.of(),
            python.isPresent()
                ? List.of("Keylime's checkquote: key, signature, nonce and PCRs, as check quote.")
                : List.of("Without Keylime: " + KEYLIME + " names no Python that has it.")));
  }

  private static double[] ours(String method, Effort effort) throws IOException {
    double nanosPerBatch =
        Jmh.secondaryScore(
            Jmh.options(QuoteBenchmark.class, method)
                .addProfiler(ProcessorTime.class)
                .warmupIterations(6)
                .warmupBatchSize(QuoteBenchmark.BATCH)
                .measurementIterations(Math.max(1, 2 * (int) effort.window().toSeconds()))
                .measurementBatchSize(QuoteBenchmark.BATCH),
            ProcessorTime.LABEL);
    return new double[] {QuoteBenchmark.BATCH * 1e9 / nanosPerBatch};
  }

  private static double[] keylime(String python, Path program, Duration window)
      throws IOException, InterruptedException {
    String answer =
        Processes.output(
            window.plusSeconds(60),
            List.of(
                python,
                program.toString(),
                program.getParent().toString(),
                QuoteFiles.expected().nonce().toHex(),
                Long.toString(Math.max(1, window.toSeconds()))));
    try {
      return new double[] {Double.parseDouble(answer.strip())};
    } catch (NumberFormatException e) {
      throw new IOException("expected a number of Keylime's program, got " + answer, e);
    }
  }
}
