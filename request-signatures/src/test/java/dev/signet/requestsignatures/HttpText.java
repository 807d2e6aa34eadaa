// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Messages written out as text: a start line and header lines. {@code \n} and {@code \r} escape.
 */
final class HttpText {
  private HttpText() {}

  static RequestView request(String scheme, String text) {
    String[] start = text.lines().findFirst().orElseThrow().split(" ");
    Map<String, List<String>> fields = fields(text);
    int question = start[1].indexOf('?');
    return new RequestView() {
      @Override
      public String method() {
        return start[0];
      }

      @Override
      public String scheme() {
        return scheme;
      }

      @Override
      public String authority() {
        return fields.get("host").get(0).strip();
      }

      @Override
      public String path() {
        return question < 0 ? start[1] : start[1].substring(0, question);
      }

      @Override
      public Optional<String> query() {
        return question < 0 ? Optional.empty() : Optional.of(start[1].substring(question + 1));
      }

      @Override
      public List<String> fieldValues(String lowerCaseName) {
        return fields.getOrDefault(lowerCaseName, List.of());
      }
    };
  }

  static ResponseView response(String text, RequestView request) {
    int status = Integer.parseInt(text.lines().findFirst().orElseThrow().split(" ")[1]);
    Map<String, List<String>> fields = fields(text);
    return new ResponseView() {
      @Override
      public int status() {
        return status;
      }

      @Override
      public RequestView request() {
        return request;
      }

      @Override
      public List<String> fieldValues(String lowerCaseName) {
        return fields.getOrDefault(lowerCaseName, List.of());
      }
    };
  }

  private static Map<String, List<String>> fields(String text) {
    Map<String, List<String>> fields = new TreeMap<>();
    List<String> last = new ArrayList<>();
    for (String line : text.lines().skip(1).toList()) {
      if (line.startsWith(" ")) {
        last.set(last.size() - 1, last.get(last.size() - 1) + "\r\n" + line);
        continue;
      }
      int colon = line.indexOf(':');
      last =
          fields.computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>());
      last.add(line.substring(colon + 1).replace("\\n", "\n").replace("\\r", "\r"));
    }
    return fields;
  }
}
