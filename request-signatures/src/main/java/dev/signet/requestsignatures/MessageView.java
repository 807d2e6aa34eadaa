// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.List;

/**
 * What of an HTTP message can be signed. A view never decodes: it gives what came over the wire, or
 * what is going to be sent.
 */
public sealed interface MessageView permits RequestView, ResponseView {
  /**
   * The values of all header field lines of a name, in the order received; empty where there is
   * none. The characters are the octets of the field (ISO 8859-1).
   *
   * @param lowerCaseName the field's name in lower case
   */
  List<String> fieldValues(String lowerCaseName);

  /** The same for trailer fields. A view that knows no trailers gives none. */
  default List<String> trailerValues(String lowerCaseName) {
    return List.of();
  }
}
