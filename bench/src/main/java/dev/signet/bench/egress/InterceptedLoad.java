// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Effort;
import dev.signet.bench.Ports;
import dev.signet.bench.Rounds;
import dev.signet.bench.load.Endpoint;
import dev.signet.bench.load.HttpLoad;
import dev.signet.bench.load.LoadFigures;
import dev.signet.bench.load.MeteredLoad;
import dev.signet.bench.load.Warming;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** HTTPS through proxies that look into it, over tunnels that are kept and over new ones. */
final class InterceptedLoad {
  private static final int CONNECTIONS = 8;
  private static final int MOST = 1_000_000;

  /** Requests before the first round, where each has a tunnel and handshakes of its own. */
  private static final int ANEW = 4000;

  private InterceptedLoad() {}

  static List<Result> run(Effort effort, OriginCertificate origin)
      throws IOException, InterruptedException {
    int any = Ports.free();
    int signedOnly = Ports.free();
    try (ServerProgram upstream = Nginx.start(upstream(any, signedOnly, origin), any);
        InterceptingProxies proxies = InterceptingProxies.start(origin)) {
      List<Result> results = new ArrayList<>();
      // New tunnels first: then the handshakes' code is compiled when kept ones are measured.
      for (boolean kept : new boolean[] {false, true}) {
        List<Rounds.Contender> contenders = new ArrayList<>();
        for (RunningProxy proxy : proxies.proxies()) {
          int to = contenders.isEmpty() ? signedOnly : any;
          contenders.add(
              contender(
                  proxy.name(),
                  proxy.handle(),
                  Endpoint.tunnel(proxy.port(), to, proxy.tunnels()),
                  to,
                  kept,
                  effort));
        }
        contenders.add(
            contender(
                "no proxy",
                upstream.handle(),
                Endpoint.httpsAnew(any, OriginCertificate.trusting(origin.authority())),
                any,
                kept,
                effort));
        RunningProxy signet = proxies.proxies().getFirst();
        HttpLoad warming = load(signedOnly, Warming.WINDOW);
        Endpoint tunnel = Endpoint.tunnel(signet.port(), signedOnly, signet.tunnels());
        Warming.warm(
            signet.handle(),
            kept ? EgressMeasurement.WARM : ANEW,
            () -> figures(warming, tunnel, kept));
        results.add(result(kept, Rounds.run(effort.rounds(), contenders)));
      }
      return results;
    }
  }

  /** Two origins with TLS; one of them refuses what is not signed. */
  private static String upstream(int any, int signedOnly, OriginCertificate origin) {
    return """
    ssl_certificate %1$s;
    ssl_certificate_key %2$s;
    ssl_protocols TLSv1.2 TLSv1.3;
    server { listen 127.0.0.1:%3$d ssl; location / { %5$s } }
    server {
      listen 127.0.0.1:%4$d ssl;
      location / {
        if ($http_signature = "") { return 401; }
        %5$s
      }
    }
    """
        .formatted(origin.certificate(), origin.key(), any, signedOnly, EgressRequest.location());
  }

  private static Rounds.Contender contender(
      String name, ProcessHandle server, Endpoint endpoint, int to, boolean kept, Effort effort) {
    HttpLoad load = load(to, effort.window());
    return new Rounds.Contender(
        name,
        () -> {
          if (kept) {
            // While others were measured its connections to the origin ended. Making them anew is
            // measured where that is the subject.
            figures(load, endpoint, true);
          }
          return MeteredLoad.figures(server, () -> figures(load, endpoint, kept));
        });
  }

  private static HttpLoad load(int to, Duration window) {
    byte[] request = EgressRequest.bytes("", to, 0);
    return new HttpLoad(
        CONNECTIONS, MOST, window, i -> request, (i, answer) -> EgressRequest.isAnsweredBy(answer));
  }

  private static LoadFigures figures(HttpLoad load, Endpoint endpoint, boolean kept)
      throws IOException, InterruptedException {
    return kept ? load.run(endpoint) : load.runConnectingAnew(endpoint);
  }

  private static Result result(boolean kept, List<Row> rows) {
    List<Floor> floors = new ArrayList<>();
    for (Row peer : rows.subList(1, rows.size() - 1)) {
      floors.add(
          Floor.atLeast(
              1.0,
              "Signet's requests a second, of " + peer.name() + "'s",
              rows.getFirst().samples().getFirst().ratioTo(peer.samples().getFirst())));
    }
    return new Result(
        HttpsMeasurement.NAME,
        kept ? "Egress: HTTPS GET in a kept tunnel" : "Egress: HTTPS GET, a new tunnel for each",
        MeteredLoad.COLUMNS,
        rows,
        floors,
        List.of(
            CONNECTIONS
                + " connections; HTTP/1.1 in TLS in a tunnel, opened by the proxy, which speaks TLS"
                + " to nginx. Only Signet signs; the others forward.",
            kept
                ? "Tunnels are made before; so are connections to the origin, by a window that does not"
                    + " count."
                : "Each request has its own CONNECT and complete TLS handshake, which is in its time"
                    + " (with mitmproxy and squid, also the one upstream; Signet keeps that"
                    + " connection for the next tunnel).",
            EgressMeasurement.warmth(kept ? EgressMeasurement.WARM : ANEW)));
  }
}
