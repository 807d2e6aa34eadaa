// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @Test
  void readsHostsWithAndWithoutPort() {
    assertThat(HostPort.parse("API.example")).hasToString("api.example:443");
    assertThat(HostPort.parse("api.example:8443")).isEqualTo(new HostPort("api.example", 8443));
    assertThat(HostPort.parse("[::1]:1")).hasToString("[::1]:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a/", "a/b", "https://a", "a:0", "a:70000", "a:x", "u@a", "a b", "*", "a?b"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
