// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.ReferenceStatement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementDraftTest {
  private static final String EXPECTED =
      """
      {
        "_type" : "https://in-toto.io/Statement/v1",
        "subject" : [ {
          "name" : "agent.jar",
          "digest" : {
            "sha256" : "%1$s"
          }
        } ],
        "predicateType" : "https://signet.dev/attestation/reference-values/v1",
        "predicate" : {
          "agent" : "spiffe://example.org/agent/billing",
          "version" : "1.2.3",
          "securityVersion" : 3,
          "validity" : {
            "notBefore" : "2026-11-21T10:14:30Z",
            "notAfter" : "2026-11-21T11:15:30Z"
          },
          "artifacts" : [ {
            "role" : "agent-jar",
            "digest" : "sha256:%1$s",
            "size" : 3
          } ],
          "launch" : {
            "arguments" : [ "--serve" ],
            "environment" : [ "LANG", "TZ" ]
          }
        }
      }
      """;

  @Test
  void writesTheSameBytesEveryTime() {
    String written = new String(Statements.payload(3), StandardCharsets.UTF_8);
    assertThat(written).isEqualTo(EXPECTED.formatted(Statements.JAR.digest().toHex()));
  }

  @Test
  void orderAndRepetitionOfVariablesDoNotMatter() {
    assertThat(draft(List.of("TZ", "LANG", "TZ"))).isEqualTo(draft(List.of("LANG", "TZ")));
  }

  @Test
  void fractionsOfASecondAreDropped() {
    StatementDraft draft =
        new StatementDraft(
            Statements.AGENT,
            null,
            0,
            Instant.parse("2026-11-21T10:15:30.999Z"),
            Instant.parse("2026-11-22T10:15:30.001Z"),
            null,
            List.of());
    assertThat(draft.notBefore()).isEqualTo(Instant.parse("2026-11-21T10:15:30Z"));
    assertThat(draft.notAfter()).isEqualTo(Instant.parse("2026-11-22T10:15:30Z"));
  }

  @Test
  void whatIsWrittenParsesToTheSame() throws Exception {
    ReferenceStatement statement = draft(List.of("LANG")).about("agent.jar", Statements.JAR);
    assertThat(StatementPayload.parse(StatementDraft.write(statement))).isEqualTo(statement);
  }

  @Test
  void refusesAVariableWithItsValue() {
    assertThatThrownBy(() -> draft(List.of("TOKEN=secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without its value");
  }

  private static StatementDraft draft(List<String> environment) {
    return new StatementDraft(
        Statements.AGENT,
        null,
        0,
        Statements.NOW,
        Statements.NOW.plusSeconds(1),
        null,
        environment);
  }
}
