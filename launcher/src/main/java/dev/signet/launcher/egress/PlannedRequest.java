// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A request that may be forwarded: where to, and with which of the agent's fields.
 *
 * @param fields Host first, then the agent's own, without those that the proxy writes later
 * @param isWebSocket whether it asks for a WebSocket, the one upgrade that is passed on
 */
record PlannedRequest(RequestHead head, Target target, List<Field> fields, boolean isWebSocket) {
  static final String WEB_SOCKET = "websocket";

  /**
   * Methods that may be sent again when a kept connection turns out to be dead (RFC 9110 9.2.2).
   */
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  /** Methods that say the length of their content even if it is 0 (RFC 9110 section 8.6). */
  private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

  /**
   * @param origin what the tunnel in which it came was opened for; null outside of tunnels
   */
  static PlannedRequest of(RequestHead head, TargetResolver targets, Target origin)
      throws RefusedRequestException {
    Target target = targets.resolve(head, origin);
    for (Field field : head.fields()) {
      if (field.key().equals("expect") && !field.value().equalsIgnoreCase("100-continue")) {
        throw RefusedRequestException.malformed("The only known expectation is 100-continue.");
      }
    }
    List<Field> fields = new ArrayList<>(head.fields().size() + 3);
    fields.add(new Field("Host", target.authority()));
    fields.addAll(FieldRules.forwarded(head.fields()));
    boolean webSocket = head.asksForWebSocket();
    if (webSocket) {
      fields.add(new Field("Connection", "Upgrade"));
      fields.add(new Field("Upgrade", WEB_SOCKET));
    }
    return new PlannedRequest(head, target, List.copyOf(fields), webSocket);
  }

  /** The fields with the length of the body that will be sent. */
  List<Field> fieldsWithLength(long body) {
    if (body == 0 && !WITH_CONTENT.contains(head.method())) {
      return fields;
    }
    List<Field> complete = new ArrayList<>(fields);
    complete.add(new Field("Content-Length", Long.toString(body)));
    return complete;
  }

  boolean mayBeRepeated() {
    return IDEMPOTENT.contains(head.method());
  }

  boolean isHead() {
    return head.method().equals("HEAD");
  }
}
