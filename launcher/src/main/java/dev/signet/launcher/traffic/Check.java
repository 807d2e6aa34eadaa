// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.util.List;
import java.util.Map;

/** Checks of a line's members; a failure reads as "member: what was expected". */
final class Check {
  /** Microseconds of 35 years, bytes of a petabyte: more is a fault, and would overflow sums. */
  private static final long MOST = 1L << 50;

  private Check() {}

  static void version(int v) {
    if (v != TrafficLine.VERSION) {
      that(false, "v", "version " + TrafficLine.VERSION + ", got " + v);
    }
  }

  static void that(boolean good, String name, String expected) {
    if (!good) {
      throw new IllegalArgumentException(name + ": expected " + expected);
    }
  }

  static <T> T present(T value, String name) {
    that(value != null, name, "a value, got nothing");
    return value;
  }

  /** Text, or null where none needs to be. */
  static void text(String value, int most, String name) {
    if (value != null && (value.isEmpty() || value.length() > most)) {
      that(false, name, "1 to " + most + " characters");
    }
  }

  static List<String> texts(List<String> values, int most, int mostChars, String name) {
    if (values == null) {
      return List.of();
    }
    boolean good = values.size() <= most;
    for (String value : values) {
      good &= value != null && value.length() <= mostChars;
    }
    if (!good) {
      that(false, name, "at most " + most + " texts of at most " + mostChars + " characters");
    }
    return List.copyOf(values);
  }

  static Map<String, String> fields(Map<String, String> values, String name) {
    if (values == null) {
      return Map.of();
    }
    for (Map.Entry<String, String> field : values.entrySet()) {
      if (!SafeFields.NAMES.contains(field.getKey()) || !SafeFields.isValue(field.getValue())) {
        that(false, name, "only fields that are safe to keep: " + SafeFields.NAMES);
      }
    }
    return Map.copyOf(values);
  }

  /** A number of bytes or microseconds, or null where none needs to be. */
  static void count(Long value, String name) {
    if (value != null && (value < 0 || value >= MOST)) {
      that(false, name, "0 to " + MOST);
    }
  }
}
