// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A real HTTP server on loopback that keeps every request it got. */
public final class TestUpstream implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<ReceivedRequest> received = new CopyOnWriteArrayList<>();
  private final String scheme;

  private TestUpstream(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, 200, "text/plain", "hello"));
    server.start();
  }

  public static TestUpstream http() throws IOException {
    return new TestUpstream(HttpServer.create(loopback(), 0), "http");
  }

  static TestUpstream https(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new TestUpstream(server, "https");
  }

  /** One that insists on a client certificate which its context trusts. */
  static TestUpstream mutual(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    return new TestUpstream(server, "https");
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI uri(String path) {
    return URI.create(scheme + "://127.0.0.1:" + port() + path);
  }

  public List<ReceivedRequest> received() {
    return received;
  }

  /** Answers requests below {@code path}; the handler calls {@link #record} first. */
  public void on(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  /** Answers with fixed content. */
  public void serve(String path, String type, byte[] content) {
    on(
        path,
        exchange -> {
          // Contexts match prefixes; a file is served under its own name only.
          boolean exact = exchange.getRequestURI().getPath().equals(path);
          answer(exchange, exact ? 200 : 404, type, exact ? content : new byte[0]);
        });
  }

  public ReceivedRequest record(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Map<String, List<String>> fields = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> fields.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    URI uri = exchange.getRequestURI();
    ReceivedRequest request =
        new ReceivedRequest(
            exchange.getRequestMethod(),
            scheme,
            uri.getRawPath(),
            Optional.ofNullable(uri.getRawQuery()),
            fields,
            body);
    received.add(request);
    return request;
  }

  public void answer(HttpExchange exchange, int status, String type, String content)
      throws IOException {
    answer(exchange, status, type, content.getBytes(StandardCharsets.UTF_8));
  }

  private void answer(HttpExchange exchange, int status, String type, byte[] content)
      throws IOException {
    record(exchange);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, head || content.length == 0 ? -1 : content.length);
    try (OutputStream out = exchange.getResponseBody()) {
      if (!head) {
        out.write(content);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
