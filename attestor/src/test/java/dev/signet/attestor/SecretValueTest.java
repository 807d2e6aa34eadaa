// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretValueTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "short-7",
        "two\r\nlines",
        "a-line-end\n",
        "with\0a-nul",
        "with\ta-tab",
        "del\u007fete-it",
        "not-ascii-\u00e9",
        " space-before",
        "space-after "
      })
  void refusesWhatCouldNotStandInAFieldAndDoesNotRepeatIt(String text) {
    assertThatThrownBy(() -> SecretValue.of(bytes(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(text.strip());
  }

  @Test
  void takesVisibleAsciiUpToItsBound() {
    String all = "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ inside";
    assertThat(SecretValue.of(bytes(all)).copy()).isEqualTo(bytes(all));
    assertThat(SecretValue.of(bytes("x".repeat(SecretValue.MAX_BYTES))).size())
        .isEqualTo(16 * 1024);
    assertThatThrownBy(() -> SecretValue.of(bytes("x".repeat(SecretValue.MAX_BYTES + 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysNothingOfItselfAndIsGoneWhenClosed() {
    SecretValue value = SecretValue.of(bytes("sk-live-0123"));
    assertThat(value.toString()).isEqualTo("SecretValue[12 bytes]");
    value.close();
    assertThatThrownBy(value::copy).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", ".hidden", "a/b", "a b", "sk-live=0123", "-x", "é"})
  void refusesNamesThatAreNoneAndDoesNotRepeatThem(String name) {
    assertThatThrownBy(() -> new SecretName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("\"" + name + "\"");
  }
}
