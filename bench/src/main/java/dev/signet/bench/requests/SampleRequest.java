// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.requests;

import dev.signet.requestsignatures.RequestView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request such as an agent sends to a tool, with the fields that usual clients add.
 *
 * @param names of the header fields, in lower case
 * @param values of the header fields, in the same order
 */
public record SampleRequest(
    String method,
    String scheme,
    String authority,
    String path,
    Optional<String> query,
    List<String> names,
    List<String> values,
    byte[] body)
    implements RequestView {

  /** A search with a JSON body. */
  static SampleRequest post(String scheme, String authority, byte[] body) {
    return new SampleRequest(
            "POST",
            scheme,
            authority,
            "/v2/tools/search",
            Optional.of("limit=20&lang=en"),
            List.of(),
            List.of(),
            body)
        .with("host", authority)
        .with("user-agent", "weather-agent/4.1 (Java-http-client/25)")
        .with("accept", "application/json")
        .with("accept-language", "en")
        .with("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .with("authorization", "Bearer 6f0c1e2a9b7d4c58a1f3e5d7c9b8a6f4")
        .with("content-type", "application/json")
        .with("content-length", Integer.toString(body.length));
  }

  SampleRequest with(String name, String value) {
    List<String> moreNames = new ArrayList<>(names);
    List<String> moreValues = new ArrayList<>(values);
    moreNames.add(name);
    moreValues.add(value);
    return new SampleRequest(
        method,
        scheme,
        authority,
        path,
        query,
        List.copyOf(moreNames),
        List.copyOf(moreValues),
        body);
  }

  /** Looks through all fields, as servers do. */
  @Override
  public List<String> fieldValues(String lowerCaseName) {
    List<String> found = List.of();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(lowerCaseName)) {
        if (found.isEmpty()) {
          found = List.of(values.get(i));
        } else {
          found = new ArrayList<>(found);
          found.add(values.get(i));
        }
      }
    }
    return found;
  }

  /** The size of its header in an HTTP/1.1 message, in bytes. */
  public int headBytes() {
    StringBuilder head =
        new StringBuilder(method).append(' ').append(requestTarget()).append(" HTTP/1.1\r\n");
    for (int i = 0; i < names.size(); i++) {
      head.append(names.get(i)).append(": ").append(values.get(i)).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1).length;
  }
}
