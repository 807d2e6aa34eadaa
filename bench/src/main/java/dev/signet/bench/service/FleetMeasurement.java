// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.bench.Effort;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Measurement;
import dev.signet.bench.Processes;
import dev.signet.bench.load.LoadFigures;
import dev.signet.bench.load.MeteredLoad;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.report.Samples;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the verifier needs for each agent of a large fleet: memory, disk, and an attestation. */
public final class FleetMeasurement implements Measurement {
  /** Those that attest again at each size. */
  private static final int FIRST = 200;

  private static final int AGAIN = 5;

  /** Enough that they share what the disk makes durable at a time. */
  private static final int WORKERS = 48;

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public String what() {
    return "memory, disk and attestations of a verifier with 100,000 agents; about half an hour";
  }

  @Override
  public boolean isLong() {
    return true;
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    int most = effort.isQuick() ? 2000 : 100_000;
    SecureRandom random = new SecureRandom();
    SoftwareTpmMaker maker = AttestationMeasurement.maker();
    SigningKey ci = SigningKey.generate(random);
    FleetKeys keys = new FleetKeys(most, random);
    List<Row> rows = new ArrayList<>();
    try (ServiceProcess service = ServiceProcess.start(maker.root().toArray());
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
      List<SoftwareHost> first = new ArrayList<>();
      int enrolled = 0;
      for (int size :
          effort.isQuick() ? new int[] {FIRST, most} : new int[] {FIRST, most / 10, most}) {
        List<Future<SoftwareHost>> made = new ArrayList<>();
        for (; enrolled < size; enrolled++) {
          String name = "bench-host-" + enrolled;
          made.add(
              workers.submit(
                  () -> {
                    SoftwareHost host =
                        SoftwareHost.enrolled(name, service, maker, ci, random, keys.next());
                    attest(service, host);
                    return host;
                  }));
          if (made.size() == FIRST) {
            take(made, first);
          }
        }
        take(made, first);
        rows.add(row(size, service, first));
      }
    }
    return List.of(
        new Result(
            name(),
            "A verifier's fleet, each agent on a host of its own, enrolled and attested",
            List.of(
                "live heap, MiB",
                "resident, MiB",
                "data directory, MiB",
                "attestation, CPU ms",
                "p50 ms"),
            rows,
            List.of(),
            List.of(
                "Live heap: after a full collection. Attestations: challenge and evidence of "
                    + FIRST
                    + " agents, "
                    + AGAIN
                    + " times, one after the other, the software TPM's part in p50 too.",
                "Of the data directory most is the audit log: 2 decisions an agent.")));
  }

  private static void take(List<Future<SoftwareHost>> made, List<SoftwareHost> first)
      throws IOException, InterruptedException {
    try {
      for (Future<SoftwareHost> one : made) {
        SoftwareHost host = one.get();
        if (first.size() < FIRST) {
          first.add(host);
        }
      }
      made.clear();
    } catch (ExecutionException e) {
      throw new IOException("a host was not enrolled: " + e.getCause().getMessage(), e);
    }
  }

  private static Row row(int size, ServiceProcess service, List<SoftwareHost> hosts)
      throws IOException, InterruptedException {
    double[] load = MeteredLoad.figures(service.handle(), () -> again(service, hosts));
    double[] memory = memory(service.handle().pid());
    return Row.of(
        "%,d agents".formatted(size),
        Samples.of(memory[0]),
        Samples.of(memory[1]),
        Samples.of(service.dataBytes() / 1048576.0),
        Samples.of(load[3] / 1000),
        Samples.of(load[1] / 1000));
  }

  private static LoadFigures again(ServiceProcess service, List<SoftwareHost> hosts)
      throws IOException, InterruptedException {
    long[] nanos = new long[AGAIN * hosts.size()];
    long begin = System.nanoTime();
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      attest(service, hosts.get(i % hosts.size()));
      nanos[i] = System.nanoTime() - start;
    }
    return LoadFigures.of(nanos, System.nanoTime() - begin);
  }

  private static void attest(ServiceProcess service, SoftwareHost host)
      throws IOException, InterruptedException {
    Challenge challenge = service.post("/v1/challenges", host.challengeRequest(), Challenge.class);
    service.post("/v1/attestations", host.evidence(challenge), AttestationResult.class);
  }

  /** Live heap and resident memory in MiB, after a full collection. */
  private static double[] memory(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Processes.output(Duration.ofMinutes(1), List.of(jcmd, Long.toString(pid), "GC.run"));
    String heap =
        Processes.output(Duration.ofMinutes(1), List.of(jcmd, Long.toString(pid), "GC.heap_info"));
    double used = 0;
    for (String line : heap.lines().toList()) {
      // Serial collector: "DefNew     total 116224K, used 454K [...", and "Tenured".
      if (line.startsWith("DefNew") || line.startsWith("Tenured")) {
        String text = line.replaceAll(".*used ([0-9]+)K.*", "$1");
        used += Double.parseDouble(text) / 1024;
      }
    }
    if (used == 0) {
      throw new IOException("expected the sizes of generations, jcmd said " + heap);
    }
    return new double[] {used, JavaProcess.residentMebibytes(pid)};
  }
}
