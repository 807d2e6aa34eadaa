// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryParametersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=1&b=2|b|2",
        "a=1&b=2|a|1",
        "b=2=3|b|2%3D3",
        // Without an equals sign the value is empty, as the form encoding has it.
        "a&b=2|a|''",
        "b=2&a|a|''",
        "a=|a|''",
        // A parameter may have an empty name, and an empty pair is none.
        "=x&a=1|''|x",
        "&&=|''|''",
        "a+b=c+d|a%20b|c%20d",
        "%61=%7E~|a|%7E%7E",
        "a=*-._09azAZ|a|*-._09azAZ",
        "a=%c3%BC|a|%C3%BC",
        "a=ü|a|%C3%BC",
        // A percent sign that begins no escape stands for itself.
        "a=%|a|%25",
        "a=%4|a|%254",
        "a=%41|a|A",
        "a=x%4|a|x%254",
        "a=%4g|a|%254g",
        "a=%g4|a|%25g4",
        "a=%%41|a|%25A",
        "a=%2541|a|%2541",
        "a=%+1|a|%25%201",
        "%=1|%25|1"
      })
  void findsTheOne(String query, String name, String value) throws Refusal {
    StringBuilder out = new StringBuilder();
    QueryParameters.append(out, name, Optional.of(query));
    assertThat(out).hasToString(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "-|a|MISSING_COMPONENT",
        "''|a|MISSING_COMPONENT",
        "''|''|MISSING_COMPONENT",
        "a=1&&b=2|''|MISSING_COMPONENT",
        "A=1|a|MISSING_COMPONENT",
        "a=1&a=1|a|AMBIGUOUS_QUERY_PARAMETER",
        "a&a|a|AMBIGUOUS_QUERY_PARAMETER",
        "a=1&%61=2|a|AMBIGUOUS_QUERY_PARAMETER",
        "=1&=2|''|AMBIGUOUS_QUERY_PARAMETER",
        "a=%ff|a|MALFORMED_VALUE",
        "a=%C3|a|MALFORMED_VALUE",
        "a=%ed%a0%80|a|MALFORMED_VALUE",
        // Which parameter it would be cannot be told.
        "a=1&%ff=2|a|MALFORMED_VALUE"
      })
  void refusesOthers(String query, String name, SignatureRefusal reason) {
    StringBuilder out = new StringBuilder();
    SignatureRefusal actual = null;
    try {
      QueryParameters.append(out, name, Optional.ofNullable(query));
    } catch (Refusal e) {
      actual = e.reason();
    }
    assertThat(actual).isEqualTo(reason);
    assertThat(out).isEmpty();
  }

  /** The percent-encode set of application/x-www-form-urlencoded, and what is no octet. */
  @Test
  void leavesUnreservedCharacters() {
    String unreserved = "*-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int c = -128; c <= 256; c++) {
      assertThat(HttpCharacters.isFormUnreserved(c))
          .as("%d", c)
          .isEqualTo(c >= 0 && unreserved.indexOf(c) >= 0);
    }
  }
}
