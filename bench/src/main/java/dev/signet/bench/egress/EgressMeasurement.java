// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Measurement;
import dev.signet.bench.Ports;
import dev.signet.bench.Rounds;
import dev.signet.bench.load.Endpoint;
import dev.signet.bench.load.HttpLoad;
import dev.signet.bench.load.MeteredLoad;
import dev.signet.bench.load.Warming;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The signing egress proxy against nginx that forwards the same requests and signs nothing. */
public final class EgressMeasurement implements Measurement {
  private static final int CONNECTIONS = 8;
  private static final int MOST = 1_000_000;

  /** Requests until both compilers have done what they will do. */
  static final int WARM = 200_000;

  /** Under each table of requests. */
  static String warmth(int requests) {
    return "Signet has served "
        + requests
        + " requests before the first round, and until one cost no less than before, as a JVM"
        + " compiles what runs for long.";
  }

  @Override
  public String name() {
    return "egress";
  }

  @Override
  public String what() {
    return "plain requests through the signing egress proxy, against nginx";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    int any = Ports.free();
    int signedOnly = Ports.free();
    int proxyPort = Ports.free();
    Path spool = Files.createTempDirectory("signet-bench-egress");
    try (ServerProgram upstream = Nginx.start(upstream(any, signedOnly), any);
        ServerProgram nginx = Nginx.start(proxy(proxyPort, any), proxyPort);
        JavaProcess egress = JavaProcess.start(EgressProcess.class, spool.toString());
        JavaProcess unlogged =
            JavaProcess.start(EgressProcess.class, spool.toString(), EgressProcess.WITHOUT_LOG)) {
      int egressPort = Integer.parseInt(egress.firstLine());
      int unloggedPort = Integer.parseInt(unlogged.firstLine());
      List<Result> results = new ArrayList<>();
      for (int bodyBytes : new int[] {0, 10 * 1024}) {
        HttpLoad warming =
            load("http://127.0.0.1:" + signedOnly, signedOnly, bodyBytes, Warming.WINDOW);
        Warming.warm(egress.handle(), WARM, () -> warming.run(Endpoint.http(egressPort)));
        Warming.warm(unlogged.handle(), WARM, () -> warming.run(Endpoint.http(unloggedPort)));
        results.add(
            result(
                bodyBytes,
                Rounds.run(
                    effort.rounds(),
                    List.of(
                        contender("nginx", nginx.handle(), proxyPort, "", any, bodyBytes, effort),
                        contender(
                            "Signet egress",
                            egress.handle(),
                            egressPort,
                            "http://127.0.0.1:" + signedOnly,
                            signedOnly,
                            bodyBytes,
                            effort),
                        contender(
                            "Signet egress, no exchange log",
                            unlogged.handle(),
                            unloggedPort,
                            "http://127.0.0.1:" + signedOnly,
                            signedOnly,
                            bodyBytes,
                            effort),
                        contender(
                            "no proxy", upstream.handle(), any, "", any, bodyBytes, effort)))));
      }
      return results;
    } finally {
      Directories.delete(spool);
    }
  }

  /** Answers at once; one of its two ports refuses what is not signed. */
  private static String upstream(int any, int signedOnly) {
    return """
    server { listen 127.0.0.1:%1$d; location / { %3$s } }
    server {
      listen 127.0.0.1:%2$d;
      location / {
        if ($http_signature = "") { return 401; }
        %3$s
      }
    }
    """
        .formatted(any, signedOnly, EgressRequest.location());
  }

  static String proxy(int port, int upstream) {
    return """
    upstream tools { server 127.0.0.1:%2$d; keepalive 32; keepalive_requests 100000000; }
    server {
      listen 127.0.0.1:%1$d;
      location / {
        proxy_pass http://tools;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
      }
    }
    """
        .formatted(port, upstream);
  }

  private static Rounds.Contender contender(
      String name,
      ProcessHandle server,
      int port,
      String targetPrefix,
      int hostPort,
      int bodyBytes,
      Effort effort) {
    HttpLoad load = load(targetPrefix, hostPort, bodyBytes, effort.window());
    return new Rounds.Contender(
        name, () -> MeteredLoad.figures(server, () -> load.run(Endpoint.http(port))));
  }

  private static HttpLoad load(String targetPrefix, int hostPort, int bodyBytes, Duration window) {
    byte[] request = EgressRequest.bytes(targetPrefix, hostPort, bodyBytes);
    return new HttpLoad(
        CONNECTIONS, MOST, window, i -> request, (i, answer) -> EgressRequest.isAnsweredBy(answer));
  }

  private static Result result(int bodyBytes, List<Row> rows) {
    return new Result(
        "egress",
        bodyBytes == 0 ? "Egress: GET without a body" : "Egress: POST of 10 KiB",
        MeteredLoad.COLUMNS,
        rows,
        List.of(),
        List.of(
            CONNECTIONS
                + " connections, each sends its next request when it has its answer;"
                + " load, proxy and upstream share the machine.",
            warmth(WARM)));
  }
}
