// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

/** Text that may hold what a stranger wrote, made safe for a terminal. */
final class Terminal {
  private Terminal() {}

  /** Control and formatting characters (escape sequences, text direction) written as \\uXXXX. */
  static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean hidden = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
      if (hidden && out == null) {
        out = new StringBuilder(text.substring(0, i));
      }
      if (out != null) {
        out.append(hidden ? "\\u%04x".formatted((int) c) : c);
      }
    }
    return out == null ? text : out.toString();
  }
}
