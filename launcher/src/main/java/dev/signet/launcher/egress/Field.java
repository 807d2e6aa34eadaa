// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.List;
import java.util.Locale;

/** One header field as it was received: a name (RFC 9110 section 5.1) and its trimmed value. */
final class Field {
  private final String name;
  private final String value;

  /** Made once: each request is asked for it many times. */
  private final String key;

  Field(String name, String value) {
    this.name = name;
    this.value = value;
    this.key = name.toLowerCase(Locale.ROOT);
  }

  String name() {
    return name;
  }

  String value() {
    return value;
  }

  /** The name as it is compared: field names have no case. */
  String key() {
    return key;
  }

  /** Whether one of the fields has this name, in lower case, and this value, in any case. */
  static boolean any(List<Field> fields, String key, String value) {
    for (Field field : fields) {
      if (field.key.equals(key) && field.value.equalsIgnoreCase(value)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Field that && name.equals(that.name) && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + value.hashCode();
  }

  /** Without the value: it may be a secret. */
  @Override
  public String toString() {
    return "Field[" + name + "]";
  }
}
