// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A service that answers whoever has its API key, and knows nothing of signatures. */
final class LlmService implements AutoCloseable {
  static final String WRONG_KEY = "invalid_api_key";

  private final HttpServer server;
  private final String apiKey;

  private LlmService(HttpServer server, String apiKey) {
    this.server = server;
    this.apiKey = apiKey;
  }

  static LlmService start(String apiKey) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    LlmService service = new LlmService(server, apiKey);
    server.createContext("/v1/", service::answer);
    server.start();
    return service;
  }

  String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean known =
        ("Bearer " + apiKey).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] answer = (known ? "it will be sunny" : WRONG_KEY).getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
