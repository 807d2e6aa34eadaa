// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The operator's name for a host: 1 to 64 lower-case letters, digits, dots and dashes, beginning
 * and ending with a letter or digit.
 */
public record HostId(@JsonValue String value) {
  @JsonCreator
  public HostId {
    if (value == null || value.isEmpty() || value.length() > 64 || !wellFormed(value)) {
      throw new IllegalArgumentException(
          "expected a host id of 1 to 64 lower-case letters, digits, dots and dashes");
    }
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      boolean edge = i == 0 || i == text.length() - 1;
      if (!alphanumeric && (edge || (c != '.' && c != '-'))) {
        return false;
      }
    }
    return true;
  }
}
