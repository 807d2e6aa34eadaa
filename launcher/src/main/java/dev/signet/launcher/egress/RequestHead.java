// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.List;

/**
 * A request line and its header fields, as received and found well-formed.
 *
 * @param target the request-target of RFC 9112 section 3.2, unread
 * @param minorVersion 0 or 1, of HTTP/1.x
 */
record RequestHead(
    String method, String target, int minorVersion, List<Field> fields, BodyFraming framing) {

  RequestHead {
    fields = List.copyOf(fields);
  }

  boolean expectsContinue() {
    return minorVersion == 1 && Field.any(fields, "expect", "100-continue");
  }

  /** RFC 6455 section 4.1. Any other upgrade ends here, which every server must put up with. */
  boolean asksForWebSocket() {
    return minorVersion == 1
        && method.equals("GET")
        && framing instanceof BodyFraming.None
        && connectionHas("upgrade")
        && fields.stream()
            .filter(f -> f.key().equals("upgrade"))
            .map(Field::value)
            .toList()
            .equals(List.of(PlannedRequest.WEB_SOCKET));
  }

  /** RFC 9112 section 9.3: whether the agent wants its connection kept after this exchange. */
  boolean keepAlive() {
    boolean close = connectionHas("close");
    return minorVersion == 1 ? !close : !close && connectionHas("keep-alive");
  }

  private boolean connectionHas(String option) {
    return FieldRules.connectionOptions(fields).contains(option);
  }
}
