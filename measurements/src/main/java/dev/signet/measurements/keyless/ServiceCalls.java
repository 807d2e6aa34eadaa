// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;

/** Calls to a Sigstore's services: bounded in time and size, never redirected, over TLS. */
final class ServiceCalls implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_MESSAGE_CHARS = 200;
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(10))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  JsonNode postJson(URI url, Object body) throws IOException, InterruptedException {
    byte[] answer = post(url, "application/json", StrictJson.encode(body));
    try {
      return StrictJson.tree(answer, MAX_BYTES);
    } catch (MalformedMessageException e) {
      throw new IOException(url + ": expected JSON: " + e.getMessage(), e);
    }
  }

  byte[] post(URI url, String contentType, byte[] body) throws IOException, InterruptedException {
    return call(
        url,
        HttpRequest.newBuilder(url)
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  /**
   * @param bearer a token for the Authorization field
   */
  JsonNode getJson(URI url, String bearer) throws IOException, InterruptedException {
    byte[] answer =
        call(url, HttpRequest.newBuilder(url).header("Authorization", "Bearer " + bearer).GET());
    try {
      return StrictJson.tree(answer, MAX_BYTES);
    } catch (MalformedMessageException e) {
      // No cause: its message could tell of the token in the answer.
      throw new IOException(url.getHost() + ": expected JSON");
    }
  }

  private byte[] call(URI url, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    if (!"https".equals(url.getScheme())
        && !("http".equals(url.getScheme()) && LOOPBACK.contains(url.getHost()))) {
      throw new IOException(url + ": expected https");
    }
    HttpResponse<byte[]> response;
    try {
      response =
          http.send(
              request.timeout(TIMEOUT).header("Accept", "*/*").build(),
              BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    } catch (IOException e) {
      throw new IOException(url.getAuthority() + ": " + e.getMessage(), e);
    }
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          url.getAuthority()
              + url.getPath()
              + ": expected success, got status "
              + response.statusCode()
              + message(response.body()));
    }
    return response.body();
  }

  /** What the service says in its own JSON, cut short. */
  private static String message(byte[] body) {
    try {
      String text = StrictJson.tree(body, MAX_BYTES).path("message").asText();
      return text.isEmpty()
          ? ""
          : ": " + text.substring(0, Math.min(text.length(), MAX_MESSAGE_CHARS));
    } catch (MalformedMessageException e) {
      return "";
    }
  }

  /** The URL of a resource below a service's URL. */
  static URI below(URI service, String path) {
    String base = service.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
