// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import dev.signet.bench.Effort;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Measurement;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.report.Samples;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Resident memory of what runs all the time. */
public final class MemoryMeasurement implements Measurement {
  private static final int SETTLE_SECONDS = 5;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String what() {
    return "resident memory of the idle launcher and the idle service";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    try (ArrivalServer server = new ArrivalServer();
        EnrolledSite site = EnrolledSite.create();
        StartedAgent agent = StartedAgent.start(site.runCommand(server.url()), true, server)) {
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      return List.of(
          new Result(
              name(),
              "Resident memory, idle",
              List.of("`signet run`, its agent aside, MiB", "`signet serve`, MiB"),
              List.of(
                  Row.of(
                      "resident", resident(agent.pid()), resident(site.service().handle().pid()))),
              List.of(),
              List.of(
                  "VmRSS "
                      + SETTLE_SECONDS
                      + " s after the agent's first request, default heap settings.")));
    }
  }

  private static Samples resident(long pid) throws IOException {
    return Samples.of(JavaProcess.residentMebibytes(pid));
  }
}
