// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignedFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GET of /weather at the tool service.
 *
 * @param fields header fields by their lower-case names
 */
record WeatherRequest(String authority, Map<String, String> fields) implements RequestView {
  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String path() {
    return "/weather";
  }

  @Override
  public Optional<String> query() {
    return Optional.empty();
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return Optional.ofNullable(fields.get(lowerCaseName)).stream().toList();
  }

  /** As it goes over the wire. */
  String text(SignedFields signed) {
    StringBuilder text = new StringBuilder("GET /weather HTTP/1.1\r\n");
    fields.forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    return text.append("Signature-Input: " + signed.signatureInput() + "\r\n")
        .append("Signature: " + signed.signature() + "\r\n\r\n")
        .toString();
  }
}
