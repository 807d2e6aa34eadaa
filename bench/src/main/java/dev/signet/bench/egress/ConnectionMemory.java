// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Ports;
import dev.signet.bench.load.Endpoint;
import dev.signet.bench.load.KeptConnections;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.report.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a kept connection of an agent costs a proxy in resident memory. */
final class ConnectionMemory {
  /** Before the count begins: classes, caches and pools are there then. */
  private static final int FIRST = 100;

  private static final int MORE = 500;

  private ConnectionMemory() {}

  static List<Result> run(OriginCertificate origin) throws IOException, InterruptedException {
    return List.of(plain(origin), intercepted(origin));
  }

  private static Result plain(OriginCertificate origin) throws IOException, InterruptedException {
    int upstreamPort = Ports.free();
    int nginxPort = Ports.free();
    try (var _ =
            Nginx.start(
                "server { listen 127.0.0.1:%d; location / { %s } }"
                    .formatted(upstreamPort, EgressRequest.location()),
                upstreamPort);
        ServerProgram nginx =
            Nginx.start(EgressMeasurement.proxy(nginxPort, upstreamPort), nginxPort);
        InterceptingProxies proxies = InterceptingProxies.start(origin)) {
      List<Row> rows = new ArrayList<>();
      rows.add(row("nginx", nginx.handle(), Endpoint.http(nginxPort), request("", upstreamPort)));
      for (RunningProxy proxy : proxies.proxies()) {
        rows.add(
            row(
                proxy.name(),
                proxy.handle(),
                Endpoint.http(proxy.port()),
                request("http://127.0.0.1:" + upstreamPort, upstreamPort)));
      }
      return result("Egress: memory of a kept connection", rows);
    }
  }

  private static Result intercepted(OriginCertificate origin)
      throws IOException, InterruptedException {
    int upstreamPort = Ports.free();
    try (var _ =
            Nginx.start(
                """
                ssl_certificate %s;
                ssl_certificate_key %s;
                server { listen 127.0.0.1:%d ssl; location / { %s } }
                """
                    .formatted(
                        origin.certificate(), origin.key(), upstreamPort, EgressRequest.location()),
                upstreamPort);
        InterceptingProxies proxies = InterceptingProxies.start(origin)) {
      List<Row> rows = new ArrayList<>();
      for (RunningProxy proxy : proxies.proxies()) {
        rows.add(
            row(
                proxy.name(),
                proxy.handle(),
                Endpoint.tunnel(proxy.port(), upstreamPort, proxy.tunnels()),
                request("", upstreamPort)));
      }
      return result("Egress: memory of a kept tunnel", rows);
    }
  }

  private static byte[] request(String targetPrefix, int origin) {
    return EgressRequest.bytes(targetPrefix, origin, 0);
  }

  private static Row row(String name, ProcessHandle process, Endpoint endpoint, byte[] request)
      throws IOException {
    try (KeptConnections connections = new KeptConnections(endpoint)) {
      connections.open(FIRST, request, EgressRequest::isAnsweredBy);
      double before = RunningProxy.residentKibibytes(process);
      connections.open(MORE, request, EgressRequest::isAnsweredBy);
      double after = RunningProxy.residentKibibytes(process);
      return Row.of(name, Samples.of((after - before) / MORE), Samples.of(after / 1024));
    }
  }

  private static Result result(String title, List<Row> rows) {
    return new Result(
        HttpsMeasurement.NAME,
        title,
        List.of("KiB a connection", "MiB altogether"),
        rows,
        List.of(),
        List.of(
            "VmRSS of all processes of a proxy started for this, "
                + MORE
                + " connections after the first "
                + FIRST
                + ", each with one request answered and then idle. What a collector has not yet"
                + " taken away counts. Upstream connections that a proxy keeps count too."));
  }
}
