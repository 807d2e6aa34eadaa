// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** From the command to the agent's first request, with and without Signet. */
public final class LaunchMeasurement implements Measurement {
  private static final double FLOOR_MILLIS = 1000;

  @Override
  public String name() {
    return "launch";
  }

  @Override
  public String what() {
    return "launch to first signed request against java -jar, on swtpm";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    try (ArrivalServer server = new ArrivalServer();
        EnrolledSite site = EnrolledSite.create()) {
      List<String> plain =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-jar",
              site.jar().toString(),
              server.url().toString());
      List<String> signet = site.runCommand(server.url());
      List<Row> rows =
          Rounds.run(
              2 * effort.rounds(),
              List.of(
                  new Rounds.Contender("`java -jar`", () -> millis(plain, false, server)),
                  new Rounds.Contender("`signet run`", () -> millis(signet, true, server))));
      double overhead =
          rows.get(1).samples().getFirst().median() - rows.get(0).samples().getFirst().median();
      return List.of(
          new Result(
              name(),
              "Launch to first request",
              List.of("ms"),
              rows,
              List.of(
                  Floor.atMost(FLOOR_MILLIS, "overhead of at most 1,000 ms on swtpm", overhead)),
              List.of(
                  "From the start of the command to the arrival of the agent's first request. With"
                      + " Signet that is two JVMs, one after the other, and between them two quotes,"
                      + " the release of the key and two exchanges with the verifier.")));
    }
  }

  private static double[] millis(List<String> command, boolean signed, ArrivalServer server)
      throws IOException, InterruptedException {
    try (StartedAgent agent = StartedAgent.start(command, signed, server)) {
      return new double[] {agent.millis()};
    }
  }
}
