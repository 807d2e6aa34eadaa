// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/** Checks of message members; a failure reads as "member: what was expected". */
final class Require {
  private Require() {}

  static void size(Bytes value, int min, int max, String name) {
    if (value == null || value.size() < min || value.size() > max) {
      throw new IllegalArgumentException(
          name
              + ": expected "
              + (min == max ? min : min + " to " + max)
              + " bytes, got "
              + (value == null ? "nothing" : value.size()));
    }
  }

  static <T> T present(T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": expected a value, got nothing");
    }
    return value;
  }

  static String text(String value, int max, String name) {
    if (value == null || value.isEmpty() || value.length() > max) {
      throw new IllegalArgumentException(name + ": expected 1 to " + max + " characters");
    }
    return value;
  }
}
