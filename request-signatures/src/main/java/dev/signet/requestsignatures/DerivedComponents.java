// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.Optional;

/** Values of the derived components (RFC 9421 section 2.2). */
final class DerivedComponents {
  private DerivedComponents() {}

  static void append(StringBuilder out, CoveredComponent component, MessageView message)
      throws Refusal {
    if (component.name().equals("@status")) {
      appendStatus(out, component, message);
      return;
    }
    RequestView request = request(component, message);
    switch (component.name()) {
      case "@method" -> out.append(request.method());
      case "@target-uri" -> appendTargetUri(out, request);
      case "@authority" -> out.append(Authority.normalize(request.authority(), request.scheme()));
      case "@scheme" -> out.append(Authority.lowerCase(request.scheme()));
      case "@request-target" -> out.append(request.requestTarget());
      case "@path" -> out.append(request.path().isEmpty() ? "/" : request.path());
      case "@query" -> appendQuery(out, request.query());
      case "@query-param" -> QueryParameters.append(out, component.queryName(), request.query());
      default ->
          throw new Refusal(
              SignatureRefusal.UNKNOWN_COMPONENT, "no such derived component: " + component);
    }
  }

  /** Here an empty query does show, as a question mark at the end (section 2.2.2). */
  private static void appendTargetUri(StringBuilder out, RequestView request) throws Refusal {
    out.append(Authority.lowerCase(request.scheme()))
        .append("://")
        .append(Authority.normalize(request.authority(), request.scheme()))
        .append(request.path().isEmpty() ? "/" : request.path());
    if (request.query().isPresent()) {
      appendQuery(out, request.query());
    }
  }

  /** An absent query and an empty one both give the question mark alone (section 2.2.7). */
  private static void appendQuery(StringBuilder out, Optional<String> query) {
    out.append('?');
    if (query.isPresent()) {
      out.append(query.get());
    }
  }

  private static void appendStatus(
      StringBuilder out, CoveredComponent component, MessageView message) throws Refusal {
    if (!(message instanceof ResponseView response) || component.fromRequest()) {
      throw new Refusal(
          SignatureRefusal.WRONG_MESSAGE_KIND, "@status exists in responses only, got a request");
    }
    int status = response.status();
    if (status < 100 || status > 999) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, "not a status code: " + status);
    }
    out.append(status);
  }

  private static RequestView request(CoveredComponent component, MessageView message)
      throws Refusal {
    if (message instanceof RequestView request && !component.fromRequest()) {
      return request;
    }
    if (message instanceof ResponseView response && component.fromRequest()) {
      return response.request();
    }
    throw new Refusal(
        SignatureRefusal.WRONG_MESSAGE_KIND,
        component.fromRequest()
            ? component + ": req is for signatures of responses"
            : component + " exists in requests only; in a response's signature it needs req");
  }
}
