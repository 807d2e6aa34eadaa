// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.Parameters;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoveredComponentTest {
  /** A token of RFC 9110 without upper case: two spellings of a field would be two components. */
  @Test
  void takesTokensInLowerCase() {
    String token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
    for (char c = ' '; c <= '~'; c++) {
      for (String name : new String[] {"x" + c, "x" + c + "y", String.valueOf(c)}) {
        if (token.indexOf(c) >= 0) {
          assertThat(CoveredComponent.of(name).name()).isEqualTo(name);
        } else {
          assertThatIllegalArgumentException().as(name).isThrownBy(() -> CoveredComponent.of(name));
        }
      }
    }
    assertThatIllegalArgumentException().isThrownBy(() -> CoveredComponent.of(""));
  }

  @Test
  void knowsTokensOfOctetsOnly() {
    String token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (char c = 0; c <= 0x180; c++) {
      assertThat(HttpCharacters.isToken(c)).as("U+%04X", (int) c).isEqualTo(token.indexOf(c) >= 0);
    }
  }

  /**
   * Flags about a field's encoding mean nothing on what has no field, and names only on queries.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"@path\";sf|UNKNOWN_COMPONENT_PARAMETER",
        "\"@path\";bs|UNKNOWN_COMPONENT_PARAMETER",
        "\"@path\";tr|UNKNOWN_COMPONENT_PARAMETER",
        "\"@path\";key=\"a\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"@path\";name=\"a\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";name=\"a\";sf|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";name=\"a\";bs|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";name=\"a\";tr|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";name=\"a\";key=\"b\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";name=\"a\";nom=\"b\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\";nom=\"b\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"@query-param\"|MALFORMED_COMPONENT",
        "\"x\";name=\"a\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";zz|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";zz=\"a\"|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";sf=1|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";sf=?0|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";key|UNKNOWN_COMPONENT_PARAMETER",
        "\"x\";bs;sf|INCOMPATIBLE_COMPONENT_PARAMETERS",
        "\"x\";bs;key=\"a\"|INCOMPATIBLE_COMPONENT_PARAMETERS",
        "x|MALFORMED_COMPONENT",
        "1|MALFORMED_COMPONENT",
        "date|MALFORMED_COMPONENT",
        ":ZGF0ZQ==:|MALFORMED_COMPONENT"
      })
  void refusesParametersThatDoNotBelong(String identifier, SignatureRefusal reason) {
    assertThatThrownBy(() -> parse(identifier))
        .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"x\"",
        "\"x\";sf",
        "\"x\";bs",
        "\"x\";tr",
        "\"x\";req",
        "\"x\";key=\"a\"",
        "\"x\";key=\"a\";sf",
        "\"x\";bs;tr;req",
        "\"@path\"",
        "\"@path\";req",
        "\"date\"",
        "\"date\";req",
        "\"@query-param\";name=\"a\"",
        "\"@query-param\";req;name=\"a\""
      })
  void keepsTheIdentifier(String text) throws Exception {
    CoveredComponent component = parse(text);
    assertThat(StructuredFields.serialize(component.identifier())).isEqualTo(text);
    assertThat(component.isPlain()).isEqualTo(text.indexOf(';') < 0);
    assertThat(component).hasToString(text.replaceFirst("\"([^\"]+)\"", "$1"));
  }

  /** Whatever is taken for equal is refused as covered twice, and what is not, is not. */
  @Test
  void tellsComponentsApart() throws Exception {
    List<String> different =
        List.of(
            "\"x\"",
            "\"y\"",
            "\"x\";sf",
            "\"x\";bs",
            "\"x\";tr",
            "\"x\";req",
            "\"x\";sf;req",
            "\"x\";key=\"a\"",
            "\"x\";key=\"b\"",
            "\"x\";key=\"a\";sf",
            "\"@query-param\";name=\"a\"",
            "\"@query-param\";name=\"b\"",
            "\"@query-param\";name=\"a\";req");
    for (String one : different) {
      for (String other : different) {
        assertThat(parse(one).equals(parse(other)))
            .as("%s and %s", one, other)
            .isEqualTo(one.equals(other));
      }
    }
    assertThat(parse("\"x\"")).isNotEqualTo("x").isNotEqualTo(null);
    assertThat(parse("\"x\";key=\"a\";sf"))
        .isEqualTo(parse("\"x\";sf;key=\"a\""))
        .hasSameHashCodeAs(parse("\"x\";sf;key=\"a\""));
    assertThat(parse("\"date\"")).isEqualTo(CoveredComponent.of("date", Parameters.NONE));
  }

  private static CoveredComponent parse(String identifier)
      throws Refusal, StructuredFieldException {
    return CoveredComponent.parse(StructuredFields.parseItem(identifier));
  }
}
