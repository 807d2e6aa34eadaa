// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.measure;

import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Measurement;
import dev.signet.bench.Processes;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.report.Samples;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.OciLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The rulers against other programs that hash the same files, and the memory that they need. */
public final class MeasureMeasurement implements Measurement {
  private static final long MEBIBYTE = 1 << 20;
  private static final long IMAGE_MEBIBYTES = 2048;
  private static final Duration MOST = Duration.ofMinutes(2);
  private static final String HEAP = "-Xmx64m";

  @Override
  public String name() {
    return "measure";
  }

  @Override
  public String what() {
    return "measuring JARs and images against sha256sum, and the memory for a large image";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-measure");
    try {
      long size = (effort.rounds() > 3 ? 512 : 128) * MEBIBYTE;
      List<Result> results = new ArrayList<>();
      results.add(plain(effort, directory, size));
      results.add(compressed(effort, directory, size / 4));
      Directories.delete(directory);
      Files.createDirectory(directory);
      results.add(memory(directory));
      return results;
    } finally {
      Directories.delete(directory);
    }
  }

  private Result plain(Effort effort, Path directory, long size)
      throws IOException, InterruptedException {
    Path jar = SampleFiles.jar(directory, size);
    SampleFiles.Image image = SampleFiles.image(directory, size, false);
    String file = image.layer().toString();
    List<Row> rows =
        Rounds.run(
            effort.rounds(),
            List.of(
                new Rounds.Contender("sha256sum", () -> program(size, "sha256sum", file)),
                new Rounds.Contender(
                    "openssl dgst -sha256",
                    () -> program(size, "openssl", "dgst", "-sha256", file)),
                new Rounds.Contender("a JAR", () -> jar(size, jar)),
                new Rounds.Contender("an image's layer", () -> image(size, image.layout()))));
    return new Result(
        name(),
        "Measuring large files",
        List.of("MiB/s"),
        rows,
        List.of(floor("a JAR", rows, 2), floor("an image's layer", rows, 3)),
        List.of(
            size / MEBIBYTE
                + " MiB that do not compress, in the page cache. Programs are timed"
                + " with their start, rulers in a warm JVM."));
  }

  private Result compressed(Effort effort, Path directory, long size)
      throws IOException, InterruptedException {
    SampleFiles.Image image = SampleFiles.image(directory, size, true);
    String pipe = "sha256sum \"$0\" && gzip -dc \"$0\" | sha256sum";
    List<Row> rows =
        Rounds.run(
            effort.rounds(),
            List.of(
                new Rounds.Contender(
                    "sha256sum, gzip -dc, sha256sum",
                    () -> program(size, "sh", "-c", pipe, image.layer().toString())),
                new Rounds.Contender(
                    "an image's layer in gzip", () -> image(size, image.layout()))));
    return new Result(
        name(),
        "Measuring compressed layers",
        List.of("MiB/s unpacked"),
        rows,
        List.of(floor("an image's layer in gzip", rows, 1)),
        List.of(
            size / MEBIBYTE
                + " MiB that compress to half. Both digests, of what is stored and of what is unpacked."));
  }

  private Result memory(Path directory) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (long mebibytes : new long[] {16, IMAGE_MEBIBYTES}) {
      SampleFiles.Image image = SampleFiles.image(directory, mebibytes * MEBIBYTE, false);
      List<String> command = JavaProcess.command(MeasureProcess.class.getName());
      command.add(1, HEAP);
      command.add(image.layout().toString());
      double kibibytes = Double.parseDouble(Processes.output(MOST, command).strip());
      rows.add(Row.of("an image of " + mebibytes + " MiB", Samples.of(kibibytes / 1024)));
      Directories.delete(image.layout());
    }
    double more =
        rows.get(1).samples().getFirst().median() - rows.getFirst().samples().getFirst().median();
    return new Result(
        name(),
        "Memory of measuring an image",
        List.of("MiB resident at most"),
        rows,
        List.of(Floor.atMost(32, "MiB more for the large image than for the small one", more)),
        List.of("VmHWM of a JVM with " + HEAP + " that measures one image."));
  }

  private static Floor floor(String what, List<Row> rows, int row) {
    return Floor.atLeast(
        0.9,
        what + ", of what is compared with",
        rows.get(row).samples().getFirst().ratioTo(rows.getFirst().samples().getFirst()));
  }

  private static double[] program(long size, String... command)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Processes.output(MOST, List.of(command));
    return rate(size, start);
  }

  private static double[] jar(long size, Path file) throws IOException {
    long start = System.nanoTime();
    JarMeasurement measurement = JarRuler.measure(file);
    double[] rate = rate(size, start);
    if (!(measurement instanceof JarMeasurement.Measured)) {
      throw new IOException("expected a JAR that can be measured, got " + measurement);
    }
    return rate;
  }

  private static double[] image(long size, Path layout) throws IOException {
    long start = System.nanoTime();
    ImageMeasurement measurement =
        ImageRuler.measure(OciLayout.open(layout), ImageSelection.only());
    double[] rate = rate(size, start);
    if (!(measurement instanceof ImageMeasurement.Measured)) {
      throw new IOException("expected an image that can be measured, got " + measurement);
    }
    return rate;
  }

  private static double[] rate(long bytes, long startNanos) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    return new double[] {bytes / seconds / MEBIBYTE};
  }
}
