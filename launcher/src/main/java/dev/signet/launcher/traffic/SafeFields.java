// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.util.Set;

/** Header fields whose values are kept: they describe content and clients, and carry no secret. */
final class SafeFields {
  private static final int MAX_CHARS = 200;

  static final Set<String> NAMES =
      Set.of("accept", "content-encoding", "content-type", "retry-after", "user-agent");

  private SafeFields() {}

  /** The value as it is kept: visible ASCII and spaces, not longer than a line on a screen. */
  static String value(String received) {
    if (isValue(received)) {
      return received;
    }
    StringBuilder kept = new StringBuilder();
    for (int i = 0; i < received.length() && i < MAX_CHARS; i++) {
      char c = received.charAt(i);
      kept.append(c >= 0x20 && c < 0x7f ? c : '?');
    }
    return kept.toString();
  }

  static boolean isValue(String kept) {
    if (kept == null || kept.length() > MAX_CHARS) {
      return false;
    }
    for (int i = 0; i < kept.length(); i++) {
      if (kept.charAt(i) < 0x20 || kept.charAt(i) > 0x7e) {
        return false;
      }
    }
    return true;
  }
}
