// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OptionalMembersTest {
  private static <T> T decode(String json, Class<T> type) throws MalformedMessageException {
    return StrictJson.decode(json.getBytes(StandardCharsets.UTF_8), type, 10_000);
  }

  @Test
  void readsProblemWithoutDetail() throws Exception {
    ProblemDetails problem =
        ProblemDetails.of(Refusal.REPLAYED, null, null, Instant.ofEpochSecond(1_700_000_000));
    byte[] json = StrictJson.encode(problem);
    assertThat(StrictJson.decode(json, ProblemDetails.class, 10_000)).isEqualTo(problem);
  }

  @Test
  void refusesMissingPrimitive() {
    String json =
        """
        {"nonce":"%s","purpose":"attest","verifier":"v","pcrs":[15],\
        "expires":"2026-11-21T00:00:00Z","serverTime":"2026-11-21T00:00:00Z"}"""
            .formatted("A".repeat(43));
    assertThatThrownBy(() -> decode(json, Challenge.class))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("registerPcr");
  }

  @Test
  void refusesMissingReference() {
    assertThatThrownBy(() -> decode("{\"scope\":\"agent\",\"since\":1}", Revocation.class))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("value");
  }

  @Test
  void refusesMissingList() {
    String json =
        """
        {"nonce":"%s","purpose":"attest","verifier":"v","registerPcr":15,\
        "expires":"2026-11-21T00:00:00Z","serverTime":"2026-11-21T00:00:00Z"}"""
            .formatted("A".repeat(43));
    assertThatThrownBy(() -> decode(json, Challenge.class))
        .isInstanceOf(MalformedMessageException.class);
  }
}
