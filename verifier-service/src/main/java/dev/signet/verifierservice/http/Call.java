// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call that passed the gate: its sender may make it and its body is within its bound.
 *
 * @param path variables of the route's template
 * @param query null if the target has none
 * @param fields name (lower case) and value pairs as received
 * @param address of the peer
 */
public record Call(
    String method,
    Map<String, String> path,
    String query,
    List<List<String>> fields,
    byte[] body,
    Caller caller,
    String address) {
  /** The body as exactly one {@code type}. */
  public <T> T json(Class<T> type) throws MalformedMessageException {
    return StrictJson.decode(body, type, body.length);
  }

  /** The query's parameters, each at most once and only those that are {@code known}. */
  public Map<String, String> parameters(String... known) throws MalformedMessageException {
    Map<String, String> out = new LinkedHashMap<>();
    if (query == null || query.isEmpty()) {
      return out;
    }
    for (String pair : query.split("&", -1)) {
      int eq = pair.indexOf('=');
      if (eq <= 0) {
        throw new MalformedMessageException("query: expected name=value");
      }
      String name = pair.substring(0, eq);
      if (!List.of(known).contains(name)) {
        throw new MalformedMessageException(
            "query: expected only " + String.join(", ", known) + ", got another parameter");
      }
      try {
        String value = URLDecoder.decode(pair.substring(eq + 1), StandardCharsets.UTF_8);
        if (out.put(name, value) != null) {
          throw new MalformedMessageException("query: expected " + name + " once");
        }
      } catch (IllegalArgumentException e) {
        throw new MalformedMessageException("query: expected percent-encoded UTF-8", e);
      }
    }
    return out;
  }

  /** The field's only value, or null; a repeated field is malformed. */
  public String field(String name) throws MalformedMessageException {
    String value = null;
    for (List<String> field : fields) {
      if (field.get(0).equals(name)) {
        if (value != null) {
          throw new MalformedMessageException("expected the field " + name + " once");
        }
        value = field.get(1);
      }
    }
    return value;
  }
}
