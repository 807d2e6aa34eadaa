// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.Optional;

/** A request, as raw as it was received or will be sent (RFC 9110 sections 7.1 and 9). */
public non-sealed interface RequestView extends MessageView {
  /** The method, case kept, such as {@code POST}. */
  String method();

  /** The scheme of the target URI, such as {@code https}. */
  String scheme();

  /** Host and optional port of the target URI, such as {@code api.example:8443}. */
  String authority();

  /** The path with its percent-encoding untouched; empty where the target has none. */
  String path();

  /**
   * The query without its question mark and untouched: absent where the target has no question
   * mark, an empty string where nothing follows it.
   */
  Optional<String> query();

  /**
   * The target as it stands in the request line (RFC 9421 section 2.2.5). By default the origin
   * form; a view of a request in another form, such as one to a proxy, says so by overriding this.
   */
  default String requestTarget() {
    String path = path().isEmpty() ? "/" : path();
    return query().map(q -> path + "?" + q).orElse(path);
  }
}
