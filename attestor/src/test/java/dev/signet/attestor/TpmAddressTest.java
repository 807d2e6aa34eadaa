// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TpmAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"device:/dev/tpmrm0", "swtpm:unix:/run/x/s", "swtpm:tcp:127.0.0.1:2321"})
  void writesWhatItReads(String text) {
    assertThat(TpmAddress.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/dev/tpmrm0",
        "device:tpmrm0",
        "swtpm:unix:relative",
        "swtpm:tcp:host",
        "swtpm:tcp:host:0",
        "swtpm:tcp:host:65536",
        "swtpm:tcp::2321",
        "swtpm:tcp:host:-1"
      })
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> TpmAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsWhereAResourceManagerIs() {
    assertThat(TpmAddress.parse("device:/dev/tpmrm0").resourceManaged()).isTrue();
    assertThat(TpmAddress.parse("device:/dev/tpm0").resourceManaged()).isFalse();
    assertThat(TpmAddress.parse("swtpm:unix:/run/x/s").resourceManaged()).isFalse();
  }
}
