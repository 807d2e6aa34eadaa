// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Somebody on another machine who sends whatever bytes he likes to the tool service. */
final class Thief {
  private static final int MAX_ANSWER = 64 * 1024;

  private final int port;

  Thief(int port) {
    this.port = port;
  }

  /**
   * What the service answered.
   *
   * @param reason the problem's reason, or {@code ACCEPTED}
   */
  record Result(int status, String reason) {}

  /** A request of his own with a stolen API key. */
  Result callWithApiKey(String authority, String apiKey) throws IOException {
    return send(
        "GET /weather HTTP/1.1\r\nHost: "
            + authority
            + "\r\nAuthorization: Bearer "
            + apiKey
            + "\r\n\r\n");
  }

  /** Sends one request as it is and reads one answer. */
  Result send(String request) throws IOException {
    String once = request.replaceFirst("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(once.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      String answer =
          new String(socket.getInputStream().readNBytes(MAX_ANSWER), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      if (end < 0 || !answer.startsWith("HTTP/1.1 ")) {
        throw new IOException("expected an HTTP answer, got " + answer.length() + " characters");
      }
      int status = Integer.parseInt(answer.substring(9, 12));
      return new Result(status, status / 100 == 2 ? "ACCEPTED" : reason(answer.substring(end + 4)));
    }
  }

  private static String reason(String body) throws IOException {
    int from = body.indexOf('{');
    int to = body.lastIndexOf('}');
    if (from < 0 || to < from) {
      return "NO_REASON";
    }
    try {
      byte[] json = body.substring(from, to + 1).getBytes(StandardCharsets.UTF_8);
      JsonNode reason = StrictJson.tree(json, MAX_ANSWER).path("reason");
      return reason.asText("NO_REASON");
    } catch (MalformedMessageException e) {
      throw new IOException("expected problem details: " + e.getMessage(), e);
    }
  }
}
