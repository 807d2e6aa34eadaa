// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1234567|1,230,000",
        "27049|27,000",
        "1004|1,000",
        "9996|10,000",
        "999.4|999",
        "12.34|12.3",
        "0.8449|0.84",
        "0|0.00"
      })
  void keepsTheDigitsThatMeanSomething(double value, String text) {
    assertThat(Figures.of(value)).isEqualTo(text);
  }
}
