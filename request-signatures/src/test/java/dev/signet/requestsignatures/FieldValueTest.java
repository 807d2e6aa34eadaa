// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FieldValueTest {
  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("", ""),
        Arguments.of(" \t ", ""),
        Arguments.of("\ta b\t", "a b"),
        Arguments.of("a \t b", "a \t b"),
        // A fold with all white space around it is one space (RFC 9421 section 2.1, step 3).
        Arguments.of("a\r\n b", "a b"),
        Arguments.of("a\n b", "a b"),
        Arguments.of("a\r\n\tb", "a b"),
        Arguments.of("a \t\r\n \t b", "a b"),
        Arguments.of("a\r\n \r\n b", "a b"),
        Arguments.of("a\r\n b\n\tc", "a b c"),
        Arguments.of("\n b", " b"),
        Arguments.of("\r\n b", " b"),
        // Blanks elsewhere are the sender's, and stay.
        Arguments.of("a \t b\r\n c  d", "a \t b c  d"),
        // What is no fold stays as it is, for the base's check to refuse.
        Arguments.of("a\r\n", "a\r\n"),
        Arguments.of("a\n", "a\n"),
        Arguments.of("a\r\n ", "a\r\n"),
        Arguments.of("a\nb", "a\nb"),
        Arguments.of("a \nb", "a \nb"),
        Arguments.of("a\rb", "a\rb"),
        Arguments.of("a\r b\n c", "a\r b c"),
        Arguments.of("a\n\r b", "a\n\r b"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void stripsAndUnfolds(String line, String canonical) {
    assertThat(FieldValue.canonical(line)).isEqualTo(canonical);
  }
}
