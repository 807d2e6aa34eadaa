// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

/** The character classes of RFC 9651, as lookups in one table. */
final class Characters {
  private static final int KEY_START = 1;
  private static final int KEY = 2;
  private static final int TOKEN_START = 4;
  private static final int TOKEN = 8;
  private static final byte[] CLASSES = new byte[128];

  static {
    mark("abcdefghijklmnopqrstuvwxyz", KEY_START | KEY | TOKEN_START | TOKEN);
    mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", TOKEN_START | TOKEN);
    mark("0123456789", KEY | TOKEN);
    mark("*", KEY_START | KEY | TOKEN_START | TOKEN);
    mark("_-.", KEY | TOKEN);
    mark("!#$%&'+^`|~:/", TOKEN);
  }

  private Characters() {}

  static boolean isKeyStart(char c) {
    return is(c, KEY_START);
  }

  static boolean isKey(char c) {
    return is(c, KEY);
  }

  static boolean isTokenStart(char c) {
    return is(c, TOKEN_START);
  }

  static boolean isToken(char c) {
    return is(c, TOKEN);
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean isKey(String text) {
    if (text.isEmpty() || !isKeyStart(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (!isKey(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean isToken(String text) {
    if (text.isEmpty() || !isTokenStart(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (!isToken(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean is(char c, int mask) {
    return c < 128 && (CLASSES[c] & mask) != 0;
  }

  private static void mark(String characters, int classes) {
    for (int i = 0; i < characters.length(); i++) {
      CLASSES[characters.charAt(i)] |= (byte) classes;
    }
  }
}
