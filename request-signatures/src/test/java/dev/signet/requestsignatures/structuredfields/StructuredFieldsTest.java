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
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
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
        // Whatever follows the percent sign is looked at only where it is there.
        "%a\"",
        "%a",
        "%\"%",
        "%\"%4",
        "%\"%41",
        "%\"%4\"",
        "%\"\u001f\"",
        "%\"\u007f\"",
        "%\"\u00fc\"",
        // One step outside of the digits, and the digits that only writing in upper case has.
        "%\"%4g\"",
        "%\"%4`\"",
        "%\"%4:\"",
        "%\"%4/\"",
        "%\"%g4\"",
        "%\"%4F\"",
        "%\"%F0%9f%98%80\"",
        "\"\u001f\"",
        "\"\u007f\"",
        "\"\\",
        ":aGk=",
        ":====:",
        ":AAAA=:",
        ":A:",
        ":aGk=\n:",
        ":_-==:",
        "-1234567890123456",
        "123456789012345678901234567890",
        "-a",
        "-.5",
        "1234567890123456.1",
        "1.12345678901234567890",
        "@1234567890123456",
        "@-",
        "\u0080",
        "\u0000",
        "a\u0080",
        "a\u007f",
        "a(",
        "a b",
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
      strings = {
        "1,",
        ",1",
        "1,,2",
        "1 2",
        "(1",
        "(1,2)",
        "(1 2)3",
        "((1))",
        "(\t1)",
        "1;a b",
        "(\"a\"\"b\")",
        "(a\"b\")",
        "(1?1)",
        "(\"a\"\t\"b\")",
        "(1 2",
        "(1;a=)",
        "1\n,2",
        "1,\u00a02",
        "1 , ",
        "1;\ta"
      })
  void refusesMalformedLists(String text) {
    assertThatThrownBy(() -> StructuredFields.parseList(text))
        .isInstanceOf(StructuredFieldException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A=1",
        "a=",
        "a=1 b=2",
        "=1",
        "1=a",
        "a=1,",
        "a,,b",
        "a=1;",
        "a=b=c",
        "a=1,\t",
        "a =1",
        "a\u0080=1",
        "\u0080",
        "aB=1",
        "-a=1",
        "_a=1",
        ".a=1",
        "a=1;-b",
        "a=1; =2"
      })
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
        "i=(), j=( );p|i=(), j=();p",
        // White space around commas may be tabs; inside of lists and parameters only spaces.
        "a=1\t,\tb=2 \t , \t c|a=1, b=2, c",
        "a=(  1   2 );  b=3;c|a=(1 2);b=3;c",
        // The last of several equal keys wins, in the first one's place (RFC 9651 section 4.2.3.2).
        "a=1;p=1;q=2;p=3|a=1;p=3;q=2",
        "a=\"q\\\"b\\\\\", b=\"\", c=\"~ ~\"|a=\"q\\\"b\\\\\", b=\"\", c=\"~ ~\"",
        "a=%\" ~%7f%4a%4f%40\"|a=%\" ~%7fJO@\"",
        "a=%\"%00%1f%09\"|a=%\"%00%1f%09\""
      })
  void writesCanonicalDictionaries(String text, String canonical) throws StructuredFieldException {
    assertThat(StructuredFields.serialize(StructuredFields.parseDictionary(text)))
        .isEqualTo(canonical);
  }

  /** Spaces around a whole field are no part of it; tabs only where a comma could follow. */
  @Test
  void passesOverWhiteSpaceAroundFields() throws StructuredFieldException {
    assertThat(value("  1  ")).isEqualTo(new IntegerValue(1));
    assertThat(StructuredFields.parseList("  1  ")).hasSize(1);
    assertThat(StructuredFields.parseList("  ")).isEmpty();
    assertThat(StructuredFields.parseList("1\t")).hasSize(1);
    assertThat(StructuredFields.parseDictionary("  a  ")).hasSize(1);
    assertThatThrownBy(() -> value("\t1")).isInstanceOf(StructuredFieldException.class);
    assertThatThrownBy(() -> value("1\t")).isInstanceOf(StructuredFieldException.class);
    assertThatThrownBy(() -> StructuredFields.parseList("\t1"))
        .isInstanceOf(StructuredFieldException.class);
  }

  @Test
  void takesTheLargestNumbers() throws StructuredFieldException {
    assertThat(value("999999999999999")).isEqualTo(new IntegerValue(IntegerValue.MAX));
    assertThat(value("-999999999999999")).isEqualTo(new IntegerValue(-IntegerValue.MAX));
    assertThat(value("000000000000001")).isEqualTo(new IntegerValue(1));
    assertThat(value("-0")).isEqualTo(new IntegerValue(0));
    assertThat(value("999999999999.999"))
        .isEqualTo(new DecimalValue(new BigDecimal("999999999999.999")));
    assertThat(value("-0.001")).isEqualTo(new DecimalValue(new BigDecimal("-0.001")));
    assertThat(value("@-999999999999999")).isEqualTo(new DateValue(-IntegerValue.MAX));
    assertThat(value("@999999999999999")).isEqualTo(new DateValue(IntegerValue.MAX));
  }

  /** Each character at the start of a key and of a token, and behind it. */
  @Test
  void knowsWhichCharactersMakeKeysAndTokens() {
    String lower = "abcdefghijklmnopqrstuvwxyz";
    String upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    String digits = "0123456789";
    for (char c = 0; c <= 0x180; c++) {
      String what = "U+%04X".formatted((int) c);
      assertThat(isMade(Parameters::flag, "" + c))
          .as(what)
          .isEqualTo((lower + '*').indexOf(c) >= 0);
      assertThat(isMade(Parameters::flag, "a" + c))
          .as(what)
          .isEqualTo((lower + digits + "*_-.").indexOf(c) >= 0);
      assertThat(isMade(TokenValue::new, "" + c))
          .as(what)
          .isEqualTo((lower + upper + '*').indexOf(c) >= 0);
      assertThat(isMade(TokenValue::new, "a" + c + "z"))
          .as(what)
          .isEqualTo((lower + upper + digits + "!#$%&'*+-.^_`|~:/").indexOf(c) >= 0);
      assertThat(isRead("a" + c + "9"))
          .as(what)
          .isEqualTo((lower + upper + digits + "!#$%&'*+-.^_`|~:/").indexOf(c) >= 0);
      assertThat(isRead("a;b" + c)).as(what).isEqualTo((lower + digits + "*_-. ").indexOf(c) >= 0);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Parameters.flag(""));
    assertThatIllegalArgumentException().isThrownBy(() -> new TokenValue(""));
  }

  @Test
  void readsAllOfTheOctetsOfDisplayStrings() throws StructuredFieldException {
    StringBuilder written = new StringBuilder("%\"");
    StringBuilder meant = new StringBuilder();
    for (char c = 0; c < 128; c++) {
      written.append('%').append(Character.forDigit(c >> 4, 16));
      written.append(Character.forDigit(c & 15, 16));
      meant.append(c);
    }
    Item item = StructuredFields.parseItem(written.append('"').toString());
    assertThat(item.value()).isEqualTo(new DisplayStringValue(meant.toString()));
    // Only what has to be is percent-encoded (section 4.1.11).
    assertThat(StructuredFields.serialize(item))
        .contains("%1f !%22#$%25&'", "}~%7f")
        .hasSize(3 + 128 + 2 * (32 + 3));
  }

  @Test
  void writesLists() throws StructuredFieldException {
    assertThat(StructuredFields.serialize(StructuredFields.parseList("1 ,\t(a  b);q , c;d")))
        .isEqualTo("1, (a b);q, c;d");
    assertThat(StructuredFields.serialize(List.<Member>of())).isEmpty();
  }

  /** An operator reads this in a log, next to the field. */
  @Test
  void saysWhereAndWhat() {
    assertThatThrownBy(() -> value("(")).hasMessage("expected an item at 0, found U+0028");
    assertThatThrownBy(() -> value("")).hasMessage("expected an item at 0, found the end");
    assertThatThrownBy(() -> StructuredFields.parseList("1,")).hasMessageContaining("the end");
  }

  @Test
  void comparesValues() throws StructuredFieldException {
    assertThat(Parameters.flag("a"))
        .isEqualTo(StructuredFields.parseItem("x;a").parameters())
        .hasSameHashCodeAs(StructuredFields.parseItem("x;a").parameters())
        .hasToString(";a")
        .isNotEqualTo(Parameters.flag("b"))
        .isNotEqualTo(Parameters.NONE)
        .isNotEqualTo(Parameters.NONE.with("a", BooleanValue.FALSE))
        .isNotEqualTo(Parameters.flag("a").with("b", BooleanValue.TRUE))
        .isNotEqualTo(";a")
        .isNotEqualTo(null);
    // The order of parameters is part of what a signature covers.
    assertThat(StructuredFields.parseItem("x;a;b").parameters())
        .isNotEqualTo(StructuredFields.parseItem("x;b;a").parameters());
    assertThat(new BytesValue(new byte[] {1}))
        .isEqualTo(new BytesValue(new byte[] {1}))
        .hasSameHashCodeAs(new BytesValue(new byte[] {1}))
        .isNotEqualTo(new BytesValue(new byte[] {2}))
        .isNotEqualTo(new BytesValue(new byte[0]))
        .isNotEqualTo(new StringValue("a"))
        .hasToString("BytesValue[1 bytes]");
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

  /** The bounds are stated, and a sender may go up to them. */
  @Test
  void readsAsMuchAsItSays() throws StructuredFieldException {
    int longest = StructuredFieldReader.MAX_LENGTH;
    assertThat(value("a".repeat(longest))).isEqualTo(new TokenValue("a".repeat(longest)));
    assertThat(StructuredFields.parseList("1" + ",1".repeat(1023))).hasSize(1024);
    assertThat(StructuredFields.parseList("(" + "1 ".repeat(256) + ")"))
        .containsExactly(new InnerList(Collections.nCopies(256, item()), Parameters.NONE));
    StringBuilder dictionary = new StringBuilder("k0");
    StringBuilder parameters = new StringBuilder("1;p0");
    for (int i = 1; i < 1024; i++) {
      dictionary.append(",k").append(i);
      if (i < 256) {
        parameters.append(";p").append(i);
      }
    }
    assertThat(StructuredFields.parseDictionary(dictionary.toString())).hasSize(1024);
    assertThat(StructuredFields.parseItem(parameters.toString()).parameters().size())
        .isEqualTo(256);
    String oneMore = dictionary.append(",k").toString();
    assertThatThrownBy(() -> StructuredFields.parseDictionary(oneMore))
        .hasMessageContaining("at most 1024 members");
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

  private static Item item() {
    return Item.of(new IntegerValue(1));
  }

  private static boolean isMade(Function<String, Object> type, String text) {
    try {
      return type.apply(text) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether all of it is one item; no other failure than the declared one is caught. */
  private static boolean isRead(String text) {
    try {
      return StructuredFields.parseItem(text) != null;
    } catch (StructuredFieldException e) {
      return false;
    }
  }

  private static BareItem value(String text) throws StructuredFieldException {
    return StructuredFields.parseItem(text).value();
  }
}
