// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.load.HttpLoad;
import dev.signet.bench.load.MeteredLoad;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.requests.RequestMaker;
import dev.signet.bench.requests.SampleRequest;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.VerifyRequest;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Requests a second through {@code /v1/verify} against answers without a verification. */
public final class VerifyApiMeasurement implements Measurement {
  private static final int CONNECTIONS = 16;
  private static final int EXPECTED_PER_SECOND = 8000;
  private static final byte[] BODY = "x".repeat(200).getBytes(StandardCharsets.US_ASCII);

  @Override
  public String name() {
    return "verify-api";
  }

  @Override
  public String what() {
    return "requests a second through /v1/verify against the same server without verifying";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    SoftwareTpmMaker maker = AttestationMeasurement.maker();
    SigningKey ci = SigningKey.generate(random);
    try (ServiceProcess service = ServiceProcess.start(maker.root().toArray())) {
      SoftwareHost host = SoftwareHost.enrolled("bench-host", service, maker, ci, random);
      List<Row> rows =
          Rounds.run(
              effort.rounds(),
              List.of(
                  new Rounds.Contender(
                      "`GET /healthz`",
                      () -> AttestationMeasurement.healthz(service, effort.window())),
                  new Rounds.Contender(
                      "`/v1/verify`, unsigned request",
                      () -> verify(service, host, false, random, effort)),
                  new Rounds.Contender(
                      "`/v1/verify`, good request",
                      () -> verify(service, host, true, random, effort)),
                  DiskSync.contender(effort.window())));
      return List.of(result(rows));
    }
  }

  /** Signs as many new requests as may be needed, then shows them to the service. */
  private static double[] verify(
      ServiceProcess service, SoftwareHost host, boolean signed, SecureRandom random, Effort effort)
      throws IOException, InterruptedException {
    byte[][] calls = new byte[effort.operations(EXPECTED_PER_SECOND)][];
    AttestationResult attested =
        service.post(
            "/v1/attestations",
            host.evidence(service.post("/v1/challenges", host.challengeRequest(), Challenge.class)),
            AttestationResult.class);
    RequestMaker maker =
        new RequestMaker(attested.token(), host.requestKey().thumbprint(), host.signer(), random);
    Instant now = Instant.now();
    for (int i = 0; i < calls.length; i++) {
      SampleRequest request = maker.post("https", ServiceProcess.AUTHORITY, BODY, now);
      calls[i] =
          Calls.post("/v1/verify", ServiceProcess.SERVICE_CREDENTIAL, described(request, signed));
    }
    String expected = signed ? "\"accepted\":true" : "\"reason\":\"UNSIGNED\"";
    HttpLoad load =
        new HttpLoad(
            CONNECTIONS,
            calls.length,
            effort.window(),
            i -> calls[i],
            (i, answer) -> answer.status() == 200 && answer.text().contains(expected));
    return MeteredLoad.figures(service.handle(), () -> load.run(service.endpoint()));
  }

  /** Unsigned is the same with the signature fields under names that mean nothing. */
  private static VerifyRequest described(SampleRequest request, boolean signed) {
    List<List<String>> fields = new ArrayList<>();
    for (int i = 0; i < request.names().size(); i++) {
      String name = request.names().get(i);
      fields.add(
          List.of(
              !signed && name.startsWith("signature") ? name.replace('s', 'z') : name,
              request.values().get(i)));
    }
    return new VerifyRequest(
        request.method(),
        request.scheme(),
        request.authority(),
        request.path(),
        request.query().orElse(null),
        fields,
        Digest.hash(request.body()));
  }

  private Result result(List<Row> rows) {
    return new Result(
        name(),
        "Requests through `/v1/verify`",
        MeteredLoad.COLUMNS,
        rows,
        List.of(),
        List.of(
            CONNECTIONS
                + " TLS 1.3 connections; service and load share the machine. The unsigned request"
                + " has the same size: its row is what HTTP, TLS, JSON and the audit log cost."));
  }
}
