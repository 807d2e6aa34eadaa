// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.Locale;

/** One header field as it was received: a name (RFC 9110 section 5.1) and its trimmed value. */
record Field(String name, String value) {

  /** The name as it is compared: field names have no case. */
  String key() {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Without the value: it may be a secret. */
  @Override
  public String toString() {
    return "Field[" + name + "]";
  }
}
