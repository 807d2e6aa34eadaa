// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.BareItem.BooleanValue;
import dev.signet.requestsignatures.structuredfields.BareItem.BytesValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DateValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DecimalValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DisplayStringValue;
import dev.signet.requestsignatures.structuredfields.BareItem.IntegerValue;
import dev.signet.requestsignatures.structuredfields.BareItem.StringValue;
import dev.signet.requestsignatures.structuredfields.BareItem.TokenValue;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredFieldsTest {
  @Test
  void readsEveryBareItemType() throws StructuredFieldException {
    assertThat(value("-42")).isEqualTo(new IntegerValue(-42));
    assertThat(value("4.5")).isEqualTo(new DecimalValue(new BigDecimal("4.5")));
    assertThat(value("\"a\\\"b\\\\\"")).isEqualTo(new StringValue("a\"b\\"));
    assertThat(value("*foo/bar:1")).isEqualTo(new TokenValue("*foo/bar:1"));
    assertThat(value(":aGk=:")).isEqualTo(new BytesValue(new byte[] {'h', 'i'}));
    assertThat(value("?0")).isEqualTo(BooleanValue.FALSE);
    assertThat(value("@1659578233")).isEqualTo(new DateValue(1659578233));
    assertThat(value("%\"f%c3%bc\"")).isEqualTo(new DisplayStringValue("fü"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1 2",
        "-",
        "--1",
        "+1",
        "1.",
        ".5",
        "1.2345",
        "1234567890123456",
        "1234567890123.1",
        "\"",
        "\"a",
        "\"\\a\"",
        "\"\t\"",
        "\"é\"",
        "é",
        ":aGk:",
        ":aGl=:",
        ":a=:",
        ":a GU=:",
        ":",
        "::;",
        "?",
        "?2",
        "?T",
        "@",
        "@1.5",
        "@x",
        "%",
        "%\"",
        "%\"%C3%BC\"",
        "%\"%c3\"",
        "%\"%f\"",
        "%\"%ff\"",
        "(1)",
        "1;",
        "1;A",
        "1;a=",
        "1;a=;b",
        "1,2",
        "1\u0000",
        "1\n"
      })
  void refusesMalformedItems(String text) {
    assertThatThrownBy(() -> StructuredFields.parseItem(text))
        .isInstanceOf(StructuredFieldException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1,", ",1", "1,,2", "1 2", "(1", "(1,2)", "(1 2)3", "((1))", "(\t1)", "1;a b"})
  void refusesMalformedLists(String text) {
    assertThatThrownBy(() -> StructuredFields.parseList(text))
        .isInstanceOf(StructuredFieldException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A=1", "a=", "a=1 b=2", "=1", "1=a", "a=1,", "a,,b", "a=1;", "a=b=c"})
  void refusesMalformedDictionaries(String text) {
    assertThatThrownBy(() -> StructuredFields.parseDictionary(text))
        .isInstanceOf(StructuredFieldException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "a=1,    b=2;x=1;y=2,   c=(a   b   c)|a=1, b=2;x=1;y=2, c=(a b c)",
        "a=?1, b;x, c=?0|a, b;x, c=?0",
        "a=1, b=2, a=3|a=3, b=2",
        "d=1.50, e=00.100, f=-0|d=1.5, e=0.1, f=0",
        "g=@-1, h=%\"a%25%22%c3%bc\"|g=@-1, h=%\"a%25%22%c3%bc\"",
        "i=(), j=( );p|i=(), j=();p"
      })
  void writesCanonicalDictionaries(String text, String canonical) throws StructuredFieldException {
    assertThat(StructuredFields.serialize(StructuredFields.parseDictionary(text)))
        .isEqualTo(canonical);
  }

  @Test
  void refusesDuplicatesWhereAsked() {
    assertThatThrownBy(
            () -> StructuredFieldReader.refusingDuplicates("a=1, a=2").readDictionaryField())
        .hasMessageContaining("comes twice");
    assertThatThrownBy(() -> StructuredFieldReader.refusingDuplicates("a;b;b").readItemField())
        .hasMessageContaining("comes twice");
  }

  @Test
  void attack44BoundsWhatItReads() {
    String long1 = "a".repeat(StructuredFieldReader.MAX_LENGTH + 1);
    assertThatThrownBy(() -> StructuredFields.parseItem(long1)).hasMessageContaining("at most");
    assertThatThrownBy(() -> StructuredFields.parseList("1" + ",1".repeat(1024)))
        .hasMessageContaining("at most 1024 members");
    assertThatThrownBy(() -> StructuredFields.parseList("(" + "1 ".repeat(257) + ")"))
        .hasMessageContaining("at most 256 items");
    StringBuilder parameters = new StringBuilder("1");
    for (int i = 0; i < 257; i++) {
      parameters.append(";p").append(i);
    }
    assertThatThrownBy(() -> StructuredFields.parseItem(parameters.toString()))
        .hasMessageContaining("at most 256 parameters");
  }

  @Test
  void refusesToMakeValuesThatCannotBeWritten() {
    assertThatIllegalArgumentException().isThrownBy(() -> new IntegerValue(1_000_000_000_000_000L));
    assertThatIllegalArgumentException().isThrownBy(() -> new DecimalValue(new BigDecimal("1e12")));
    assertThatIllegalArgumentException().isThrownBy(() -> new StringValue("ü"));
    assertThatIllegalArgumentException().isThrownBy(() -> new TokenValue("1a"));
    assertThatIllegalArgumentException().isThrownBy(() -> new DateValue(Long.MAX_VALUE));
    assertThatIllegalArgumentException().isThrownBy(() -> new DisplayStringValue("\ud800"));
    assertThatIllegalArgumentException().isThrownBy(() -> Parameters.flag("A"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Parameters.flag("a").with("a", BooleanValue.TRUE));
  }

  @Test
  void combinesFieldLines() throws StructuredFieldException {
    assertThat(StructuredFields.parseList(StructuredFields.combine(List.of("1", "2")))).hasSize(2);
  }

  private static BareItem value(String text) throws StructuredFieldException {
    return StructuredFields.parseItem(text).value();
  }
}
