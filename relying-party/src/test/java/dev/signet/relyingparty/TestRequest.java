// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignedFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request in parts; each {@code with} gives another one. */
record TestRequest(
    String method,
    String scheme,
    String authority,
    String path,
    Optional<String> query,
    Map<String, List<String>> fields)
    implements RequestView {

  static TestRequest get() {
    return new TestRequest(
        "GET", "https", "api.example", "/v1/invoices", Optional.of("page=2"), Map.of());
  }

  static TestRequest post(String contentDigest) {
    return get()
        .withMethod("POST")
        .with("content-type", "application/json")
        .with("content-digest", contentDigest);
  }

  TestRequest with(String name, String... values) {
    Map<String, List<String>> changed = new TreeMap<>(fields);
    changed.put(name, List.of(values));
    return new TestRequest(method, scheme, authority, path, query, changed);
  }

  TestRequest with(SignedFields signed) {
    return with("signature-input", signed.signatureInput()).with("signature", signed.signature());
  }

  TestRequest without(String name) {
    Map<String, List<String>> changed = new TreeMap<>(fields);
    changed.remove(name);
    return new TestRequest(method, scheme, authority, path, query, changed);
  }

  TestRequest withMethod(String changed) {
    return new TestRequest(changed, scheme, authority, path, query, fields);
  }

  TestRequest withScheme(String changed) {
    return new TestRequest(method, changed, authority, path, query, fields);
  }

  TestRequest withAuthority(String changed) {
    return new TestRequest(method, scheme, changed, path, query, fields);
  }

  TestRequest withPath(String changed) {
    return new TestRequest(method, scheme, authority, changed, query, fields);
  }

  TestRequest withQuery(String changed) {
    return new TestRequest(method, scheme, authority, path, Optional.ofNullable(changed), fields);
  }

  String field(String name) {
    return fields.get(name).get(0);
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return fields.getOrDefault(lowerCaseName, List.of());
  }
}
