// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.requestsignatures.structuredfields.BareItem.BooleanValue;
import dev.signet.requestsignatures.structuredfields.BareItem.BytesValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DateValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DecimalValue;
import dev.signet.requestsignatures.structuredfields.BareItem.DisplayStringValue;
import dev.signet.requestsignatures.structuredfields.BareItem.IntegerValue;
import dev.signet.requestsignatures.structuredfields.BareItem.StringValue;
import dev.signet.requestsignatures.structuredfields.BareItem.TokenValue;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

class StructuredFieldsPropertiesTest {
  @Property
  void readsBackWhatItWrote(@ForAll("dictionaries") Map<String, Member> dictionary)
      throws StructuredFieldException {
    String written = StructuredFields.serialize(dictionary);
    Map<String, Member> read = StructuredFields.parseDictionary(written);
    assertThat(List.copyOf(read.entrySet())).isEqualTo(List.copyOf(dictionary.entrySet()));
    assertThat(StructuredFields.serialize(read)).isEqualTo(written);
  }

  /** Whatever comes in, the only failure is the declared one. */
  @Property
  void survivesAnyText(@ForAll("nearMisses") String text) {
    try {
      String canonical = StructuredFields.serialize(StructuredFields.parseDictionary(text));
      assertThat(StructuredFields.serialize(StructuredFields.parseDictionary(canonical)))
          .isEqualTo(canonical);
    } catch (StructuredFieldException e) {
      assertThat(e).hasMessageMatching("(?s).*(expected|twice).*");
    }
  }

  /** The parser of RFC 8941's author, on items without the types and strictness added since. */
  @Property
  void agreesWithTheOracle(@ForAll("oldItems") String text) {
    String oracle;
    try {
      oracle = org.greenbytes.http.sfv.Parser.parseItem(text).serialize();
    } catch (org.greenbytes.http.sfv.ParseException e) {
      oracle = null;
    }
    String ours;
    try {
      ours = StructuredFields.serialize(StructuredFields.parseItem(text));
    } catch (StructuredFieldException e) {
      ours = null;
    }
    assertThat(ours).isEqualTo(oracle);
  }

  @Provide
  Arbitrary<String> oldItems() {
    return Arbitraries.strings().withChars("a1-.;=\"\\ ?*,()A").ofMaxLength(12);
  }

  @Provide
  Arbitrary<String> nearMisses() {
    return Arbitraries.strings().withChars("ab1-.;=\"\\ ?*,()A:@%\t\u00e9\n").ofMaxLength(24);
  }

  @Provide
  Arbitrary<Map<String, Member>> dictionaries() {
    return Combinators.combine(
            keys().list().uniqueElements().ofMaxSize(5), members().list().ofSize(5))
        .as(
            (keys, members) -> {
              Map<String, Member> dictionary = new LinkedHashMap<>();
              for (int i = 0; i < keys.size(); i++) {
                dictionary.put(keys.get(i), members.get(i));
              }
              return dictionary;
            });
  }

  private static Arbitrary<Member> members() {
    Arbitrary<Member> lists =
        Combinators.combine(items().list().ofMaxSize(4), parameters()).as(InnerList::new);
    return Arbitraries.oneOf(items().map(item -> (Member) item), lists);
  }

  private static Arbitrary<Item> items() {
    return Combinators.combine(bareItems(), parameters()).as(Item::new);
  }

  private static Arbitrary<Parameters> parameters() {
    return Combinators.combine(
            keys().list().uniqueElements().ofMaxSize(3), bareItems().list().ofSize(3))
        .as(
            (keys, values) -> {
              Parameters parameters = Parameters.NONE;
              for (int i = 0; i < keys.size(); i++) {
                parameters = parameters.with(keys.get(i), values.get(i));
              }
              return parameters;
            });
  }

  private static Arbitrary<String> keys() {
    return Arbitraries.strings()
        .withChars("abz*09_-.")
        .ofMinLength(1)
        .ofMaxLength(6)
        .filter(Characters::isKey);
  }

  private static Arbitrary<BareItem> bareItems() {
    return Arbitraries.oneOf(
        Arbitraries.longs()
            .between(-IntegerValue.MAX, IntegerValue.MAX)
            .map(value -> (BareItem) new IntegerValue(value)),
        Arbitraries.longs()
            .between(-IntegerValue.MAX, IntegerValue.MAX)
            .map(value -> new DecimalValue(BigDecimal.valueOf(value, 3))),
        Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(10).map(StringValue::new),
        Arbitraries.strings()
            .withChars("aZ*09:/-%!")
            .ofMinLength(1)
            .ofMaxLength(6)
            .filter(Characters::isToken)
            .map(TokenValue::new),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(9).map(BytesValue::new),
        Arbitraries.of(BooleanValue.TRUE, BooleanValue.FALSE),
        Arbitraries.longs().between(-IntegerValue.MAX, IntegerValue.MAX).map(DateValue::new),
        Arbitraries.of("", "ü%\"\\", "𝄞 clef", "\u0001\u007f", "plain")
            .map(DisplayStringValue::new));
  }

  @Property
  void neverReadsAnItemTwoWays(@ForAll @StringLength(max = 8) String text) {
    try {
      Item item = StructuredFields.parseItem(text);
      assertThat(StructuredFields.parseItem(StructuredFields.serialize(item))).isEqualTo(item);
    } catch (StructuredFieldException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
