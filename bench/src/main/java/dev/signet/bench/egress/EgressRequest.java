// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.load.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What an agent sends to a tool, and what it is answered. */
final class EgressRequest {
  private static final String ANSWER = "{\"temperature\":21.5,\"wind\":3.2,\"place\":\"Zurich\"}";

  private EgressRequest() {}

  /** The origin's answer as nginx's configuration says it. */
  static String location() {
    return "default_type application/json; return 200 '" + ANSWER + "';";
  }

  static boolean isAnsweredBy(Answer answer) {
    return answer.status() == 200 && answer.text().equals(ANSWER);
  }

  /**
   * The bytes of a request.
   *
   * @param targetPrefix scheme and authority for a proxy that is told them; or nothing
   * @param origin port of the origin on this machine
   * @param bodyBytes 0 for a GET, else a POST
   */
  static byte[] bytes(String targetPrefix, int origin, int bodyBytes) {
    String head =
        (bodyBytes == 0 ? "GET " : "POST ")
            + targetPrefix
            + "/v1/weather?place=zurich HTTP/1.1\r\nHost: 127.0.0.1:"
            + origin
            + "\r\nUser-Agent: weather-agent/4.1\r\nAccept: application/json\r\n"
            + "Authorization: Bearer 6f0c1e2a9b7d4c58a1f3e5d7c9b8a6f4\r\n"
            + (bodyBytes == 0
                ? "\r\n"
                : "Content-Type: application/json\r\nContent-Length: " + bodyBytes + "\r\n\r\n");
    byte[] start = head.getBytes(StandardCharsets.US_ASCII);
    byte[] request = Arrays.copyOf(start, start.length + bodyBytes);
    Arrays.fill(request, start.length, request.length, (byte) 'x');
    return request;
  }
}
