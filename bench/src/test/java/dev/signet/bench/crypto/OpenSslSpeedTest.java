// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OpenSslSpeedTest {
  @Test
  void readsRatesOfBothFamilies() throws IOException {
    assertThat(OpenSslSpeed.parse("+DT:x\n+F4:3:256:52750.500000:17024.000000\n"))
        .isEqualTo(new OpenSslSpeed(52750.5, 17024));
    assertThat(OpenSslSpeed.parse("+F6:0:253:Ed25519:27529.000000:9984.000000\n"))
        .isEqualTo(new OpenSslSpeed(27529, 9984));
  }

  @Test
  void refusesOtherAnswers() {
    assertThatIOException().isThrownBy(() -> OpenSslSpeed.parse(""));
    assertThatIOException().isThrownBy(() -> OpenSslSpeed.parse("+F4:3:256:many:17024"));
  }
}
