// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import dev.signet.bench.crypto.CryptoMeasurement;
import dev.signet.bench.egress.EgressMeasurement;
import dev.signet.bench.egress.HttpsMeasurement;
import dev.signet.bench.ima.ImaLogMeasurement;
import dev.signet.bench.keys.RequestKeyMeasurement;
import dev.signet.bench.launch.ContainerMeasurement;
import dev.signet.bench.launch.LaunchMeasurement;
import dev.signet.bench.launch.MemoryMeasurement;
import dev.signet.bench.library.LibraryMeasurement;
import dev.signet.bench.measure.MeasureMeasurement;
import dev.signet.bench.quote.QuoteMeasurement;
import dev.signet.bench.report.JsonReport;
import dev.signet.bench.report.Machine;
import dev.signet.bench.report.MarkdownReport;
import dev.signet.bench.report.Report;
import dev.signet.bench.report.Result;
import dev.signet.bench.service.AttestationMeasurement;
import dev.signet.bench.service.AuditLogMeasurement;
import dev.signet.bench.service.FleetMeasurement;
import dev.signet.bench.service.VerifyApiMeasurement;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code signet bench}: what Signet costs, side by side with what it is compared with. */
public final class Bench {
  private static final int USAGE = 64;
  private static final int UNAVAILABLE = 69;

  private static final List<Measurement> ALL =
      List.of(
          new CryptoMeasurement(),
          new RequestKeyMeasurement(),
          new LibraryMeasurement(),
          new VerifyApiMeasurement(),
          new AttestationMeasurement(),
          new FleetMeasurement(),
          new AuditLogMeasurement(),
          new QuoteMeasurement(),
          new ImaLogMeasurement(),
          new EgressMeasurement(),
          new HttpsMeasurement(),
          new LaunchMeasurement(),
          new ContainerMeasurement(),
          new MemoryMeasurement(),
          new MeasureMeasurement());

  private Bench() {}

  /** What was asked for. */
  record Order(List<Measurement> chosen, boolean quick, boolean json) {}

  public static void main(String[] args) throws InterruptedException {
    Optional<Order> order = parse(List.of(args), ALL);
    if (order.isEmpty()) {
      usage(System.err);
      System.exit(USAGE);
    }
    System.exit(run(order.get(), System.out, System.err));
  }

  /** Empty where the words make no sense. */
  static Optional<Order> parse(List<String> args, List<Measurement> all) {
    boolean quick = false;
    boolean json = false;
    List<Measurement> chosen = new ArrayList<>();
    for (String arg : args) {
      switch (arg) {
        case "--quick" -> quick = true;
        case "--json" -> json = true;
        default -> {
          Optional<Measurement> named =
              all.stream().filter(measurement -> measurement.name().equals(arg)).findFirst();
          if (named.isEmpty()) {
            return Optional.empty();
          }
          chosen.add(named.get());
        }
      }
    }
    List<Measurement> usual = all.stream().filter(measurement -> !measurement.isLong()).toList();
    return Optional.of(new Order(chosen.isEmpty() ? usual : chosen, quick, json));
  }

  private static int run(Order order, PrintStream out, PrintStream progress)
      throws InterruptedException {
    Report report = order.json() ? new JsonReport(out) : new MarkdownReport(out);
    int status = 0;
    try {
      report.machine(Machine.here());
      for (Measurement measurement : order.chosen()) {
        progress.println("signet bench: " + measurement.name() + " ...");
        try {
          for (Result result : measurement.run(order.quick() ? Effort.QUICK : Effort.FULL)) {
            report.result(result);
          }
        } catch (IOException e) {
          // The others can still be measured.
          progress.println("signet bench: " + measurement.name() + " failed: " + e.getMessage());
          status = UNAVAILABLE;
        }
        out.flush();
      }
    } catch (IOException e) {
      progress.println("signet bench: " + e.getMessage());
      return UNAVAILABLE;
    }
    return status;
  }

  private static void usage(PrintStream to) {
    to.println("usage: signet bench [NAME…] [--quick] [--json]");
    to.println(
        "Measures all that is not long, or what is named. Takes some minutes; wants a quiet machine.");
    for (Measurement measurement : ALL) {
      to.printf("  %-14s %s%n", measurement.name(), measurement.what());
    }
  }
}
