// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostCallRoutesTest {
  @Test
  void whatAPeerSentCannotForgeALineOfTheLog() {
    assertThat(HostCallRoutes.oneLine("arguments: [a\n12:00 INFO all is well\r\u001b[2J\u2028x]"))
        .isEqualTo("arguments: [a?12:00 INFO all is well??[2J?x]");
    assertThat(HostCallRoutes.oneLine("x".repeat(1 << 20))).hasSizeLessThan(2100);
  }
}
