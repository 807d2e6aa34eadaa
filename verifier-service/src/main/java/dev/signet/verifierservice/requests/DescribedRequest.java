// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.requests;

import dev.signet.requestsignatures.RequestView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A request as somebody else received it. */
final class DescribedRequest implements RequestView {
  private final String method;
  private final String scheme;
  private final String authority;
  private final String path;
  private final Optional<String> query;
  private final Map<String, List<String>> fields = new HashMap<>();

  /**
   * @param query without the question mark; null if the target has none
   * @param fields name and value pairs in the order received
   */
  DescribedRequest(
      String method,
      String scheme,
      String authority,
      String path,
      String query,
      List<List<String>> fields) {
    this.method = method;
    this.scheme = scheme;
    this.authority = authority;
    this.path = path;
    this.query = Optional.ofNullable(query);
    for (List<String> field : fields) {
      this.fields
          .computeIfAbsent(field.get(0).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
          .add(field.get(1));
    }
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Optional<String> query() {
    return query;
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return fields.getOrDefault(lowerCaseName, List.of());
  }
}
