// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;

/**
 * The times in a line: RFC 3339 in UTC with exactly three decimals, so that one instant has one
 * spelling. By hand: the JDK's formatters would be the most expensive part of a line.
 */
final class LineTime {
  private static final String SHAPE = "0000-00-00T00:00:00.000Z";

  private LineTime() {}

  static String format(Instant time) {
    LocalDateTime at = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    char[] text = SHAPE.toCharArray();
    put(text, 0, 4, at.getYear());
    put(text, 5, 2, at.getMonthValue());
    put(text, 8, 2, at.getDayOfMonth());
    put(text, 11, 2, at.getHour());
    put(text, 14, 2, at.getMinute());
    put(text, 17, 2, at.getSecond());
    put(text, 20, 3, at.get(ChronoField.MILLI_OF_SECOND));
    return new String(text);
  }

  private static void put(char[] text, int at, int digits, int number) {
    int left = number;
    for (int i = at + digits - 1; i >= at; i--) {
      text[i] = (char) ('0' + left % 10);
      left /= 10;
    }
  }

  /**
   * @throws IllegalArgumentException if it is not spelt as {@link #format} does
   */
  static Instant parse(String text) {
    if (!hasShape(text)) {
      throw expected(null);
    }
    try {
      return LocalDateTime.of(
              number(text, 0, 4),
              number(text, 5, 2),
              number(text, 8, 2),
              number(text, 11, 2),
              number(text, 14, 2),
              number(text, 17, 2),
              number(text, 20, 3) * 1_000_000)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw expected(e);
    }
  }

  private static boolean hasShape(String text) {
    boolean same = text.length() == SHAPE.length();
    for (int i = 0; same && i < SHAPE.length(); i++) {
      char shape = SHAPE.charAt(i);
      char c = text.charAt(i);
      same = shape == '0' ? c >= '0' && c <= '9' : c == shape;
    }
    return same;
  }

  private static int number(String text, int at, int digits) {
    int number = 0;
    for (int i = at; i < at + digits; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static IllegalArgumentException expected(DateTimeException cause) {
    return new IllegalArgumentException("expected a time like 2026-11-21T10:15:30.123Z", cause);
  }
}
