// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** Character classes of RFC 9110 section 5.6.2 and of the HTML form encoding. */
final class HttpCharacters {
  private static final boolean[] TOKEN = table("!#$%&'*+-.^_`|~");
  private static final boolean[] FORM_UNRESERVED = table("*-._");

  private HttpCharacters() {}

  static boolean isToken(char c) {
    return c < 128 && TOKEN[c];
  }

  /** Left as it is by the application/x-www-form-urlencoded percent-encode set. */
  static boolean isFormUnreserved(int c) {
    return c >= 0 && c < 128 && FORM_UNRESERVED[c];
  }

  private static boolean[] table(String others) {
    boolean[] table = new boolean[128];
    for (int c = 0; c < 128; c++) {
      table[c] =
          c >= '0' && c <= '9'
              || c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || others.indexOf(c) >= 0;
    }
    return table;
  }
}
