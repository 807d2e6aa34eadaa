// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A tool service that notes when requests arrive. */
final class ArrivalServer implements AutoCloseable {
  private final HttpServer server;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

  /**
   * One request.
   *
   * @param nanos when it came, by {@link System#nanoTime()}
   */
  record Arrival(long nanos, boolean signed) {}

  ArrivalServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/weather");
  }

  BlockingQueue<Arrival> arrivals() {
    return arrivals;
  }

  private void answer(HttpExchange exchange) throws IOException {
    long now = System.nanoTime();
    boolean signed =
        exchange.getRequestHeaders().containsKey("Signature")
            && exchange.getRequestHeaders().containsKey("Workload-Identity-Token");
    arrivals.add(new Arrival(now, signed));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
