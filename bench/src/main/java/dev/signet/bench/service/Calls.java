// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of API calls. */
final class Calls {
  private Calls() {}

  static byte[] get(String path) {
    return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] post(String path, String credential, Object body) {
    byte[] json = StrictJson.encode(body);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + (credential == null ? "" : "Authorization: Bearer " + credential + "\r\n")
            + "Content-Length: "
            + json.length
            + "\r\n\r\n";
    byte[] start = head.getBytes(StandardCharsets.US_ASCII);
    byte[] call = Arrays.copyOf(start, start.length + json.length);
    System.arraycopy(json, 0, call, start.length, json.length);
    return call;
  }
}
