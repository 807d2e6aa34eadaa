// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.List;

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

  /** A copy of {@code values}, none of them null. */
  static <T> List<T> list(List<T> values, String name) {
    present(values, name);
    for (T value : values) {
      if (value == null) {
        throw new IllegalArgumentException(name + ": expected no null among the elements");
      }
    }
    return List.copyOf(values);
  }

  /** A copy of at most {@code max} of {@code values}, none of them null. */
  static <T> List<T> list(List<T> values, int max, String name) {
    if (present(values, name).size() > max) {
      throw new IllegalArgumentException(
          name + ": expected at most " + max + ", got " + values.size());
    }
    return list(values, name);
  }

  /** PCR indexes: at least one, 0 to 23, ascending, each once. */
  static List<Integer> pcrs(List<Integer> values, String name) {
    List<Integer> pcrs = list(values, name);
    int last = -1;
    for (int pcr : pcrs) {
      if (pcr <= last || pcr > 23) {
        throw new IllegalArgumentException(name + ": expected PCRs of 0 to 23, ascending");
      }
      last = pcr;
    }
    if (pcrs.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one PCR");
    }
    return pcrs;
  }

  static void u32(long value, String name) {
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(name + ": expected 0 to 4294967295, got " + value);
    }
  }

  static String text(String value, int max, String name) {
    if (value == null || value.isEmpty() || value.length() > max) {
      throw new IllegalArgumentException(name + ": expected 1 to " + max + " characters");
    }
    return value;
  }
}
