// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Effort;
import dev.signet.bench.Ports;
import dev.signet.bench.Rounds;
import dev.signet.bench.load.Endpoint;
import dev.signet.bench.load.LoadFigures;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How late the first event of a stream comes while the rest of the answer is held back. */
final class EventDelay {
  private static final List<String> COLUMNS =
      List.of("first event, p50, µs", "first event, p99, µs");
  private static final int MOST = 100_000;
  private static final int MAX_ANSWER = 8 * 1024;

  private EventDelay() {}

  static List<Result> run(Effort effort, OriginCertificate origin)
      throws IOException, InterruptedException {
    try (InterceptingProxies proxies = InterceptingProxies.start(origin)) {
      return List.of(plain(effort, proxies), intercepted(effort, proxies, origin));
    }
  }

  private static Result plain(Effort effort, InterceptingProxies proxies)
      throws IOException, InterruptedException {
    int nginxPort = Ports.free();
    try (EventSource source = EventSource.plain();
        var _ =
            Nginx.start(
                "proxy_buffering off;\n" + EgressMeasurement.proxy(nginxPort, source.port()),
                nginxPort)) {
      List<Rounds.Contender> contenders = new ArrayList<>();
      contenders.add(contender("nginx", Endpoint.http(nginxPort), "", source, effort));
      for (RunningProxy proxy : proxies.proxies()) {
        contenders.add(
            contender(
                proxy.name(),
                Endpoint.http(proxy.port()),
                "http://127.0.0.1:" + source.port(),
                source,
                effort));
      }
      contenders.add(contender("no proxy", Endpoint.http(source.port()), "", source, effort));
      return result("Egress: first event of a stream", Rounds.run(effort.rounds(), contenders));
    }
  }

  private static Result intercepted(
      Effort effort, InterceptingProxies proxies, OriginCertificate origin)
      throws IOException, InterruptedException {
    try (EventSource source = EventSource.secured(origin.server())) {
      List<Rounds.Contender> contenders = new ArrayList<>();
      for (RunningProxy proxy : proxies.proxies()) {
        contenders.add(
            contender(
                proxy.name(),
                Endpoint.tunnel(proxy.port(), source.port(), proxy.tunnels()),
                "",
                source,
                effort));
      }
      contenders.add(
          contender(
              "no proxy",
              Endpoint.httpsAnew(source.port(), OriginCertificate.trusting(origin.authority())),
              "",
              source,
              effort));
      return result(
          "Egress: first event of a stream in HTTPS", Rounds.run(effort.rounds(), contenders));
    }
  }

  private static Rounds.Contender contender(
      String name, Endpoint endpoint, String targetPrefix, EventSource source, Effort effort) {
    byte[] request = EgressRequest.bytes(targetPrefix, source.port(), 0);
    return new Rounds.Contender(
        name,
        () -> {
          LoadFigures figures = measure(endpoint, request, source, effort.window());
          return new double[] {figures.p50Micros(), figures.p99Micros()};
        });
  }

  /** One stream after the other on one kept connection. */
  private static LoadFigures measure(
      Endpoint endpoint, byte[] request, EventSource source, Duration window) throws IOException {
    long[] nanos = new long[MOST];
    int count = 0;
    try (Socket socket = endpoint.connect()) {
      long begin = System.nanoTime();
      do {
        long before = System.nanoTime();
        socket.getOutputStream().write(request);
        StringBuilder answer = new StringBuilder();
        readUntil(EventSource.LAST, socket.getInputStream(), answer);
        nanos[count++] = System.nanoTime() - before;
        if (!answer.toString().startsWith("HTTP/1.1 200 ")) {
          throw new IOException("wrong answer: " + answer);
        }
        source.wasSeen();
        readUntil("\n0\r\n\r\n", socket.getInputStream(), answer);
      } while (count < MOST && System.nanoTime() - begin < window.toNanos());
      return LoadFigures.of(Arrays.copyOf(nanos, count), System.nanoTime() - begin);
    }
  }

  private static void readUntil(String wanted, InputStream in, StringBuilder answer)
      throws IOException {
    byte[] piece = new byte[4096];
    while (answer.indexOf(wanted) < 0) {
      int length = in.read(piece);
      if (length < 0 || answer.length() > MAX_ANSWER) {
        throw new EOFException("the stream ended without its event or its end: " + answer);
      }
      answer.append(new String(piece, 0, length, StandardCharsets.ISO_8859_1));
    }
  }

  private static Result result(String title, List<Row> rows) {
    return new Result(
        HttpsMeasurement.NAME,
        title,
        COLUMNS,
        rows,
        List.of(),
        List.of(
            "From the first byte of the request to the last of the event, one stream after the"
                + " other on one kept connection. The origin sends head and event, and ends the"
                + " answer when the client has the event.",
            "nginx with proxy_buffering off, mitmproxy with stream_large_bodies=1: as they are"
                + " installed, they may wait."));
  }
}
