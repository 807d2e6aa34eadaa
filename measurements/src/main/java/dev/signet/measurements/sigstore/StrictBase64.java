// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.protocol.Bytes;
import java.util.Base64;

/** The standard alphabet with padding, which all writers use, in its one canonical form. */
final class StrictBase64 {
  private StrictBase64() {}

  /**
   * @param name for the message
   * @throws IllegalArgumentException if it is anything else, or 0 or more than {@code maxBytes}
   */
  static Bytes decode(String text, String name, int maxBytes) {
    if (text == null || text.isEmpty() || text.length() > (maxBytes + 2) / 3 * 4) {
      throw new IllegalArgumentException(name + ": expected 1 to " + maxBytes + " bytes in base64");
    }
    byte[] value;
    try {
      value = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": expected base64", e);
    }
    if (!Base64.getEncoder().encodeToString(value).equals(text)) {
      throw new IllegalArgumentException(name + ": expected canonical base64");
    }
    return Bytes.of(value);
  }
}
