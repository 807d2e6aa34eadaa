// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parameters of the query and of a form, in this order, as servlets expect them (UTF-8 only). */
final class FormParameters {
  private static final int MAX = 1000;

  private FormParameters() {}

  static Map<String, String[]> of(String query, byte[] body, String contentType) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    if (query != null) {
      add(all, query);
    }
    if (contentType != null
        && contentType
            .strip()
            .toLowerCase(Locale.ROOT)
            .startsWith("application/x-www-form-urlencoded")) {
      add(all, new String(body, StandardCharsets.UTF_8));
    }
    Map<String, String[]> arrays = new LinkedHashMap<>();
    all.forEach((name, values) -> arrays.put(name, values.toArray(String[]::new)));
    return Collections.unmodifiableMap(arrays);
  }

  private static void add(Map<String, List<String>> all, String encoded) {
    int count = 0;
    for (String pair : encoded.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      if (++count > MAX) {
        throw new IllegalStateException("expected at most " + MAX + " parameters");
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      all.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
