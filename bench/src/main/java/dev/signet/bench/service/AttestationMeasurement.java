// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.load.HttpLoad;
import dev.signet.bench.load.LoadFigures;
import dev.signet.bench.load.MeteredLoad;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Attestations a second through the service's API. */
public final class AttestationMeasurement implements Measurement {
  /** Each host has one connection, so that its quotes arrive in the order of its TPM's clock. */
  private static final int HOSTS = 16;

  private static final int EXPECTED_PER_SECOND = 2000;
  private static final double FLOOR = 1000;

  @Override
  public String name() {
    return "attestations";
  }

  @Override
  public String what() {
    return "attestations a second through the verifier service";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    SoftwareTpmMaker maker = maker();
    SigningKey ci = SigningKey.generate(random);
    try (ServiceProcess service = ServiceProcess.start(maker.root().toArray())) {
      List<SoftwareHost> hosts = new ArrayList<>();
      for (int i = 0; i < HOSTS; i++) {
        hosts.add(SoftwareHost.enrolled("bench-host-" + i, service, maker, ci, random));
      }
      int operations = effort.operations(EXPECTED_PER_SECOND);
      List<Row> rows =
          Rounds.run(
              effort.rounds(),
              List.of(
                  new Rounds.Contender("`GET /healthz`", () -> healthz(service, effort.window())),
                  new Rounds.Contender(
                      "`POST /v1/challenges`",
                      () ->
                          MeteredLoad.figures(
                              service.handle(),
                              () ->
                                  challenges(
                                      service, hosts, new Challenge[operations], effort.window()))),
                  new Rounds.Contender(
                      "`POST /v1/attestations`",
                      () -> attest(service, hosts, new Challenge[operations])),
                  DiskSync.contender(effort.window())));
      return List.of(result(rows));
    }
  }

  static SoftwareTpmMaker maker() {
    return new SoftwareTpmMaker("Bench TPM maker", Instant.now());
  }

  static double[] healthz(ServiceProcess service, Duration window)
      throws IOException, InterruptedException {
    byte[] call = Calls.get("/healthz");
    HttpLoad load =
        new HttpLoad(HOSTS, 1_000_000, window, i -> call, (i, answer) -> answer.status() == 200);
    return MeteredLoad.figures(service.handle(), () -> load.run(service.endpoint()));
  }

  /** Fetches a challenge for each place in {@code out}, or as many as fit into the window. */
  private static LoadFigures challenges(
      ServiceProcess service, List<SoftwareHost> hosts, Challenge[] out, Duration window)
      throws IOException, InterruptedException {
    List<byte[]> calls =
        hosts.stream()
            .map(host -> Calls.post("/v1/challenges", null, host.challengeRequest()))
            .toList();
    return new HttpLoad(
            HOSTS,
            out.length,
            window,
            i -> calls.get(i % HOSTS),
            (i, answer) -> {
              out[i] = ServiceProcess.decode(answer.body(), Challenge.class);
              return answer.status() == 201;
            })
        .run(service.endpoint());
  }

  /** Challenges are fetched and quotes made before the clock starts. */
  private static double[] attest(
      ServiceProcess service, List<SoftwareHost> hosts, Challenge[] challenges)
      throws IOException, InterruptedException {
    challenges(service, hosts, challenges, Duration.ofSeconds(30));
    byte[][] calls = new byte[challenges.length][];
    for (int i = 0; i < calls.length; i++) {
      calls[i] = Calls.post("/v1/attestations", null, hosts.get(i % HOSTS).evidence(challenges[i]));
    }
    HttpLoad load =
        new HttpLoad(
            HOSTS,
            calls.length,
            Duration.ofSeconds(30),
            i -> calls[i],
            (i, answer) ->
                answer.status() == 200
                    && !ServiceProcess.decode(answer.body(), AttestationResult.class)
                        .token()
                        .isEmpty());
    return MeteredLoad.figures(service.handle(), () -> load.run(service.endpoint()));
  }

  private Result result(List<Row> rows) {
    return new Result(
        name(),
        "Attestations through the service",
        MeteredLoad.COLUMNS,
        rows,
        List.of(
            Floor.atLeast(
                FLOOR,
                "at least 1,000 attestations a second on two cores",
                rows.get(2).samples().getFirst().median())),
        List.of(
            HOSTS
                + " hosts with one TLS 1.3 connection each; challenges fetched and quotes made"
                + " by software TPMs beforehand; service and load share the machine.",
            "An attestation is the whole of purpose `attest`: quote, launch log, statement, proof"
                + " of possession, appraisal, token, and the decision durable in the audit log."));
  }
}
