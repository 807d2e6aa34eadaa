// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** One field line's value: surrounding white space off, folded lines unfolded. */
final class FieldValue {
  private FieldValue() {}

  /**
   * RFC 9421 section 2.1, steps 2 and 3. Only a proper obsolete fold (RFC 9112 section 5.2) is
   * unfolded; any other line break stays, and is refused where the base is checked.
   */
  static String canonical(String line) {
    int start = 0;
    int end = line.length();
    while (start < end && isBlank(line.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(line.charAt(end - 1))) {
      end--;
    }
    String value = line.substring(start, end);
    return value.indexOf('\n') < 0 ? value : unfold(value);
  }

  private static String unfold(String value) {
    StringBuilder out = new StringBuilder(value.length());
    int at = 0;
    while (at < value.length()) {
      char c = value.charAt(at);
      int lineBreak = c == '\n' ? 1 : value.startsWith("\r\n", at) ? 2 : 0;
      int next = at + lineBreak;
      if (lineBreak > 0 && next < value.length() && isBlank(value.charAt(next))) {
        while (out.length() > 0 && isBlank(out.charAt(out.length() - 1))) {
          out.setLength(out.length() - 1);
        }
        while (next < value.length() && isBlank(value.charAt(next))) {
          next++;
        }
        out.append(' ');
        at = next;
      } else {
        out.append(c);
        at++;
      }
    }
    return out.toString();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
