// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The cursor over the text, and the eight bare item types (RFC 9651 sections 4.2.3.1 to 4.2.10).
 */
final class BareItemReader {
  private static final int MAX_INTEGER_DIGITS = 15;
  private static final int MAX_WHOLE_DIGITS = 12;
  private static final int MAX_FRACTION_DIGITS = 3;

  private final String text;
  private int at;

  BareItemReader(String text) {
    this.text = text;
  }

  int position() {
    return at;
  }

  boolean atEnd() {
    return at == text.length();
  }

  boolean peek(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  boolean skip(char c) {
    if (peek(c)) {
      at++;
      return true;
    }
    return false;
  }

  void skipSpaces() {
    while (peek(' ')) {
      at++;
    }
  }

  /** Optional white space between members: spaces and tabs. */
  void skipBlanks() {
    while (peek(' ') || peek('\t')) {
      at++;
    }
  }

  StructuredFieldException expected(String what) {
    String found = atEnd() ? "the end" : "U+%04X".formatted((int) text.charAt(at));
    return new StructuredFieldException("expected " + what + " at " + at + ", found " + found);
  }

  String readKey() throws StructuredFieldException {
    int start = at;
    if (atEnd() || !Characters.isKeyStart(text.charAt(at))) {
      throw expected("a key");
    }
    do {
      at++;
    } while (!atEnd() && Characters.isKey(text.charAt(at)));
    return text.substring(start, at);
  }

  BareItem read() throws StructuredFieldException {
    if (atEnd()) {
      throw expected("an item");
    }
    char c = text.charAt(at);
    switch (c) {
      case '"':
        return new BareItem.StringValue(readString());
      case ':':
        return new BareItem.BytesValue(readBytes());
      case '?':
        return readBoolean();
      case '@':
        return readDate();
      case '%':
        return new BareItem.DisplayStringValue(readDisplayString());
      default:
        if (c == '-' || Characters.isDigit(c)) {
          return readNumber();
        }
        if (Characters.isTokenStart(c)) {
          return readToken();
        }
        throw expected("an item");
    }
  }

  private BareItem readNumber() throws StructuredFieldException {
    final int start = at;
    skip('-');
    int digits = skipDigits();
    if (digits == 0) {
      throw expected("a digit");
    }
    if (!peek('.')) {
      if (digits > MAX_INTEGER_DIGITS) {
        throw expected("at most " + MAX_INTEGER_DIGITS + " digits");
      }
      return new BareItem.IntegerValue(Long.parseLong(text, start, at, 10));
    }
    if (digits > MAX_WHOLE_DIGITS) {
      throw expected("at most " + MAX_WHOLE_DIGITS + " digits before the point");
    }
    at++;
    int fraction = skipDigits();
    if (fraction == 0 || fraction > MAX_FRACTION_DIGITS) {
      throw expected("one to " + MAX_FRACTION_DIGITS + " digits after the point");
    }
    return new BareItem.DecimalValue(new BigDecimal(text.substring(start, at)));
  }

  /** Stops early enough that no number of more than 16 digits is ever scanned. */
  private int skipDigits() {
    int start = at;
    while (!atEnd() && Characters.isDigit(text.charAt(at)) && at - start <= MAX_INTEGER_DIGITS) {
      at++;
    }
    return at - start;
  }

  private String readString() throws StructuredFieldException {
    int start = ++at;
    StringBuilder unescaped = null;
    for (; !atEnd(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        String tail = text.substring(start, at++);
        return unescaped == null ? tail : unescaped.append(tail).toString();
      }
      if (c < 0x20 || c > 0x7e) {
        throw expected("a printable ASCII character");
      }
      if (c == '\\') {
        if (unescaped == null) {
          unescaped = new StringBuilder();
        }
        unescaped.append(text, start, at);
        start = ++at;
        if (!peek('"') && !peek('\\')) {
          throw expected("\\ or \" after a backslash");
        }
      }
    }
    throw expected("the closing quote");
  }

  private BareItem.TokenValue readToken() {
    int start = at;
    do {
      at++;
    } while (!atEnd() && Characters.isToken(text.charAt(at)));
    return new BareItem.TokenValue(text.substring(start, at));
  }

  private byte[] readBytes() throws StructuredFieldException {
    int end = text.indexOf(':', at + 1);
    if (end < 0) {
      at = text.length();
      throw expected("the closing colon");
    }
    String encoded = text.substring(at + 1, end);
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw expected("base64 between colons");
    }
    // The JDK's decoder takes missing padding and stray bits in the last character; one value must
    // have one encoding here.
    if (encoded.length() != (bytes.length + 2) / 3 * 4 || hasStrayBits(encoded, bytes)) {
      throw expected("padded, canonical base64");
    }
    at = end + 1;
    return bytes;
  }

  private static boolean hasStrayBits(String encoded, byte[] bytes) {
    int tail = bytes.length % 3;
    if (tail == 0) {
      return false;
    }
    byte[] last = new byte[tail];
    System.arraycopy(bytes, bytes.length - tail, last, 0, tail);
    return !encoded.endsWith(Base64.getEncoder().encodeToString(last));
  }

  private BareItem.BooleanValue readBoolean() throws StructuredFieldException {
    at++;
    if (skip('1')) {
      return BareItem.BooleanValue.TRUE;
    }
    if (skip('0')) {
      return BareItem.BooleanValue.FALSE;
    }
    throw expected("0 or 1");
  }

  private BareItem.DateValue readDate() throws StructuredFieldException {
    at++;
    if (readNumber() instanceof BareItem.IntegerValue seconds) {
      return new BareItem.DateValue(seconds.value());
    }
    throw expected("whole seconds in a Date");
  }

  private String readDisplayString() throws StructuredFieldException {
    at++;
    if (!skip('"')) {
      throw expected("a quote after %");
    }
    byte[] utf8 = new byte[text.length() - at];
    int length = 0;
    for (; !atEnd(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return decodeUtf8(utf8, length);
      }
      if (c < 0x20 || c > 0x7e) {
        throw expected("a printable ASCII character");
      }
      utf8[length++] = c == '%' ? readHexByte() : (byte) c;
    }
    throw expected("the closing quote");
  }

  /** Two lower-case digits after the percent sign; leaves the cursor on the second. */
  private byte readHexByte() throws StructuredFieldException {
    if (text.length() - at < 3) {
      throw expected("two digits after %");
    }
    int high = hexDigit(text.charAt(at + 1));
    int low = hexDigit(text.charAt(at + 2));
    if (high < 0 || low < 0) {
      throw expected("two lower-case hexadecimal digits after %");
    }
    at += 2;
    return (byte) (high << 4 | low);
  }

  private static int hexDigit(char c) {
    if (Characters.isDigit(c)) {
      return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  private String decodeUtf8(byte[] utf8, int length) throws StructuredFieldException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(utf8, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw expected("UTF-8 in a Display String");
    }
  }
}
