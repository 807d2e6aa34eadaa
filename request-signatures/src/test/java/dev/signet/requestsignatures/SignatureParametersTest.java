// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureParametersTest {
  @Test
  void writesEachInItsTurn() {
    SignatureParameters parameters =
        SignatureParameters.NONE
            .created(Instant.parse("2021-04-20T02:07:53.999Z"))
            .expires(Instant.ofEpochSecond(1618884533))
            .nonce("n")
            .alg(SignatureAlgorithm.ED25519)
            .keyid("k")
            .tag("t");
    assertThat(parameters)
        .hasToString(
            ";created=1618884473;expires=1618884533;nonce=\"n\";alg=\"ed25519\""
                + ";keyid=\"k\";tag=\"t\"");
  }

  @Test
  void readsEach() throws Exception {
    SignatureParameters parameters =
        parse(";tag=\"t\";keyid=\"k\";alg=\"a\";nonce=\"n\";expires=2;created=0");
    assertThat(parameters.created()).hasValue(0);
    assertThat(parameters.expires()).hasValue(2);
    assertThat(parameters.nonce()).hasValue("n");
    assertThat(parameters.alg()).hasValue("a");
    assertThat(parameters.keyid()).hasValue("k");
    assertThat(parameters.tag()).hasValue("t");
    assertThat(parameters.hasOthers()).isFalse();
  }

  @Test
  void tellsAbsentFromEmpty() throws Exception {
    assertThat(SignatureParameters.NONE.created()).isEmpty();
    assertThat(SignatureParameters.NONE.expires()).isEmpty();
    assertThat(SignatureParameters.NONE.nonce()).isEmpty();
    assertThat(SignatureParameters.NONE.alg()).isEmpty();
    assertThat(SignatureParameters.NONE.keyid()).isEmpty();
    assertThat(SignatureParameters.NONE.tag()).isEmpty();
    assertThat(parse(";nonce=\"\"").nonce()).hasValue("");
  }

  /** A strict profile refuses signatures that say what it does not understand. */
  @ParameterizedTest
  @CsvSource({
    "'', false",
    ";created=1, false",
    ";expires=1, false",
    ";nonce=\"n\", false",
    ";alg=\"a\", false",
    ";keyid=\"k\", false",
    ";tag=\"t\", false",
    ";other, true",
    ";other=1;created=1, true",
    ";created=1;tag=\"t\";other=\"o\", true",
    ";create=1, true",
    ";createdx=1, true"
  })
  void tellsWhetherThereAreOthers(String text, boolean others) throws Exception {
    assertThat(parse(text).hasOthers()).isEqualTo(others);
  }

  @ParameterizedTest
  @ValueSource(strings = {"created", "expires"})
  void takesWholeSecondsOnly(String name) throws Exception {
    assertThat(parse(";" + name + "=999999999999999").hasOthers()).isFalse();
    for (String value : new String[] {"-1", "1.0", "\"1\"", "@1", "t", ":AA==:", "?1", "?0"}) {
      assertRefused(";" + name + '=' + value, name + ": expected an Integer");
    }
    assertRefused(";" + name, name + ": expected an Integer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonce", "alg", "keyid", "tag"})
  void takesStringsOnly(String name) {
    for (String value : new String[] {"1", "1.0", "@1", "token", ":AA==:", "?1", "%\"x\""}) {
      assertRefused(";" + name + '=' + value, name + ": expected a String");
    }
    assertRefused(";" + name, name + ": expected a String");
  }

  private static void assertRefused(String text, String detail) {
    assertThatThrownBy(() -> parse(text))
        .as(text)
        .isInstanceOfSatisfying(
            Refusal.class,
            e -> assertThat(e.reason()).isEqualTo(SignatureRefusal.WRONG_PARAMETER_TYPE))
        .hasMessageContaining(detail);
  }

  private static SignatureParameters parse(String text) throws Refusal, StructuredFieldException {
    return SignatureParameters.parse(StructuredFields.parseItem("x" + text).parameters());
  }
}
