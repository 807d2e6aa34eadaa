// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * A field's value as bytes, which Netty's encoder copies at once. A String it writes one character
 * after the other, and an identity token has a thousand.
 */
final class FieldText {
  private FieldText() {}

  static AsciiString of(String value) {
    return new AsciiString(value.getBytes(StandardCharsets.ISO_8859_1), false);
  }
}
