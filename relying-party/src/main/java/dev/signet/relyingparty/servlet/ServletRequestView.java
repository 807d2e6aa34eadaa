// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import dev.signet.requestsignatures.RequestView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A servlet request as it came over the wire. The scheme is the service's own: behind a proxy that
 * ends TLS the container knows only the inner one.
 */
final class ServletRequestView implements RequestView {
  private final HttpServletRequest request;
  private final String scheme;

  ServletRequestView(HttpServletRequest request, String scheme) {
    this.request = request;
    this.scheme = scheme;
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String scheme() {
    return scheme;
  }

  /** The Host field where there is one; HTTP/2 containers may have only the pseudo-header. */
  @Override
  public String authority() {
    String host = request.getHeader("Host");
    return host != null ? host : request.getServerName() + ':' + request.getServerPort();
  }

  @Override
  public String path() {
    return request.getRequestURI();
  }

  @Override
  public Optional<String> query() {
    return Optional.ofNullable(request.getQueryString());
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return Collections.list(request.getHeaders(lowerCaseName));
  }
}
