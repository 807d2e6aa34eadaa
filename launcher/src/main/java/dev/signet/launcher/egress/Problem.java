// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

package dev.signet.launcher.egress;

import java.nio.charset.StandardCharsets;

/**
 * A refusal as the agent sees it: RFC 9457 problem details with our {@code reason} member.
 *
 * @param detail what was expected, what came, and what to do; never a secret or a stack trace
 */
record Problem(EgressReason reason, String detail) {

  static final String MEDIA_TYPE = "application/problem+json";

  byte[] json() {
    return ("{\"type\":\"about:blank\",\"title\":"
            + quoted(reason.title())
            + ",\"status\":"
            + reason.status()
            + ",\"reason\":"
            + quoted(reason.name())
            + ",\"detail\":"
            + quoted(detail)
            + "}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A JSON string (RFC 8259 section 7); the detail may quote bytes that the agent sent. */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c > 0x7e) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
