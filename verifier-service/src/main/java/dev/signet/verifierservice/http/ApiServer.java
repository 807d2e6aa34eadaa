// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.config.ServiceConfig.Listen;
import dev.signet.verifierservice.config.ServiceLimits;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.http.DirectHandler;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** One listener: TLS 1.3, HTTP/1.1, a list of routes, and nothing else. */
public final class ApiServer implements AutoCloseable {
  private static final int HEADER_BYTES = 32 * 1024;
  private static final int TARGET_BYTES = 8 * 1024;

  private final WebServer server;
  private final WatchedConnections connections;

  private ApiServer(WebServer server, WatchedConnections connections) {
    this.server = server;
    this.connections = connections;
  }

  /**
   * Starts to listen.
   *
   * @param operations whether this is the operations listener: its routes are then open to every
   *     address that reaches it, otherwise to loopback only
   * @throws IOException if the address cannot be bound
   */
  public static ApiServer start(
      Listen listen,
      boolean operations,
      ServerTls tls,
      ServiceConfig config,
      List<Route> routes,
      CallObserver observer,
      InstantSource clock)
      throws IOException {
    Callers callers = new Callers(config);
    ServiceLimits limits = config.limits();
    AcceptedConnections accepted =
        new AcceptedConnections(
            SocketOptions.builder().readTimeout(limits.idleTimeout()).build(),
            limits.connectionsPerAddress(),
            limits.handshakeTimeout());
    WatchedConnections connections =
        new WatchedConnections(accepted, limits.requestTimeout(), sweepEvery(limits));
    Gate gate = new Gate(operations, routes, callers, limits, connections, observer, clock);
    Tls serverTls =
        Tls.builder()
            .sslContext(tls.context(callers.certificates()))
            .clientAuth(TlsClientAuth.OPTIONAL)
            .addEnabledProtocol("TLSv1.3")
            .addApplicationProtocol("http/1.1")
            .build();
    WebServer server =
        WebServer.builder()
            .address(InetAddress.getByName(listen.host()))
            .port(listen.port())
            .tls(serverTls)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(500))
            .protocolsDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .addConnectionSelector(connections.selecting(http1(connections)))
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .connectionOptions(accepted)
            .maxTcpConnections(limits.connections())
            .idleConnectionTimeout(limits.idleTimeout())
            .idleConnectionPeriod(limits.idleTimeout().dividedBy(2))
            .directHandlers(directHandlers(clock))
            .featuresDiscoverServices(false)
            .routing(routing -> routing.any(gate))
            .build();
    try {
      server.start();
    } catch (RuntimeException e) {
      connections.close();
      throw new IOException(
          "cannot listen on " + listen.host() + ":" + listen.port() + ": " + e.getMessage(), e);
    }
    return new ApiServer(server, connections);
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    connections.close();
  }

  /** A quarter of the shorter time: what is to end is late by no more than that. */
  private static Duration sweepEvery(ServiceLimits limits) {
    Duration request = limits.requestTimeout();
    Duration handshake = limits.handshakeTimeout();
    long shorter = Math.min(request.toMillis(), handshake.toMillis());
    return Duration.ofMillis(Math.max(50, shorter / 4));
  }

  private static Http1ConnectionSelector http1(WatchedConnections connections) {
    return Http1ConnectionSelector.builder()
        .config(
            http ->
                http.maxHeadersSize(HEADER_BYTES)
                    .maxPrologueLength(TARGET_BYTES)
                    .continueImmediately(false)
                    .addReceiveListener(connections))
        .build();
  }

  private static DirectHandlers directHandlers(InstantSource clock) {
    DirectHandlers.Builder builder = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      builder.addHandler(type, new TransportProblem(clock));
    }
    return builder.build();
  }
}
