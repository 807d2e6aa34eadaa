// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceStatementTest {
  private static final String JAR = "22".repeat(32);
  private static final String GOOD =
      """
      {"_type":"https://in-toto.io/Statement/v1",\
      "subject":[{"name":"agent.jar","digest":{"sha256":"%1$s"}}],\
      "predicateType":"https://signet.dev/attestation/reference-values/v1",\
      "predicate":{"agent":"spiffe://example.org/agent/billing","version":"1.2","securityVersion":3,\
      "validity":{"notBefore":"2026-01-01T00:00:00Z","notAfter":"2027-01-01T00:00:00Z"},\
      "artifacts":[{"role":"agent-jar","digest":"sha256:%1$s","size":10}],\
      "launch":{"arguments":["a"],"environment":["LANG"]}}}"""
          .formatted(JAR);

  private static ReferenceStatement parse(String json) throws MalformedMessageException {
    return ReferenceStatement.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void takesSixteenArtifactsAndNoMore() throws Exception {
    StringBuilder more = new StringBuilder("\"artifacts\":[");
    for (int i = 1; i < 16; i++) {
      more.append("{\"role\":\"r%d\",\"digest\":\"sha256:%s\",\"size\":1},".formatted(i, JAR));
    }
    String sixteen = GOOD.replace("\"artifacts\":[", more);
    assertThat(parse(sixteen).predicate().artifacts()).hasSize(16);
    String seventeen =
        sixteen.replace(
            "{\"role\":\"r1\"",
            "{\"role\":\"r0\",\"digest\":\"sha256:" + JAR + "\",\"size\":1},{\"role\":\"r1\"");
    assertThatThrownBy(() -> parse(seventeen))
        .hasMessageContaining("artifacts: expected at most 16, got 17");
  }

  @Test
  void readsAndWritesTheSameBytes() throws Exception {
    assertThat(new String(StrictJson.encode(parse(GOOD)), StandardCharsets.UTF_8)).isEqualTo(GOOD);
    ReferenceStatement.Predicate open =
        parse(GOOD.replace("[\"a\"]", "null").replace("\"version\":\"1.2\",", "")).predicate();
    assertThat(open.launch().arguments()).isNull();
    assertThat(open.version()).isNull();
    assertThat(parse(GOOD).predicate().launch().arguments()).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Statement/v1|Statement/v0.1",
        "reference-values/v1|reference-values/v2",
        "\"arguments\":[\"a\"],|``",
        "[\"a\"]|[null]",
        "[\"a\"]|\"a\"",
        "[\"LANG\"]|[null]",
        "[\"LANG\"]|null",
        "\"securityVersion\":3|\"securityVersion\":-1",
        "\"securityVersion\":3|\"securityVersion\":\"3\"",
        "\"securityVersion\":3,|``",
        "2027-01-01|2025-01-01",
        "2027-01-01|2026-01-01",
        "\"role\":\"agent-jar\"|\"role\":\"image\"",
        "\"size\":10|\"size\":-1",
        "\"size\":10|\"size\":1.5",
        "\"subject\":[{\"name\":\"agent.jar\",\"digest\":{\"sha256\":\"2222|\"subject\":[{\"name\":\"agent.jar\",\"digest\":{\"sha256\":\"3222",
        "\"subject\":[|\"subject\":[null,",
        "\"artifacts\":[|\"artifacts\":[null,",
        "\"sha256\":\"22|\"sha512\":\"22",
        "\"version\":\"1.2\"|\"version\":\"\"",
        "\"version\":\"1.2\"|\"version\":1",
        "\"predicate\":{|\"predicate\":{\"more\":1,"
      })
  void refusesChangedStatement(String from, String to) {
    assertThat(GOOD).contains(from);
    int at = GOOD.indexOf(from);
    String changed = GOOD.substring(0, at) + to + GOOD.substring(at + from.length());
    assertThatThrownBy(() -> parse(changed)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesRoleTwice() {
    String artifact = GOOD.replaceAll(".*\"artifacts\":\\[(\\{[^}]*\\}).*", "$1");
    assertThatThrownBy(() -> parse(GOOD.replace(artifact, artifact + "," + artifact)))
        .hasMessageContaining("each role once");
  }

  @Test
  void coversFromFirstInstantToBeforeTheLast() throws Exception {
    ReferenceStatement.Validity validity = parse(GOOD).predicate().validity();
    assertThat(validity.covers(Instant.parse("2026-01-01T00:00:00Z"))).isTrue();
    assertThat(validity.covers(Instant.parse("2026-12-31T23:59:59.999Z"))).isTrue();
    assertThat(validity.covers(Instant.parse("2027-01-01T00:00:00Z"))).isFalse();
    assertThat(validity.covers(Instant.parse("2025-12-31T23:59:59.999Z"))).isFalse();
  }
}
