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

  private static final String ENTRIES =
      """
      {"name":"a.jar","digest":"sha256:%s","size":5},{"name":"b.jar","digest":"sha256:%s","size":7}"""
          .formatted("33".repeat(32), "44".repeat(32));

  private static final Digest CLASS_PATH =
      Digest.hash(
          ("33".repeat(32) + " 5 a.jar\n" + "44".repeat(32) + " 7 b.jar\n")
              .getBytes(StandardCharsets.UTF_8));

  private static final String FULL =
      """
      {"_type":"https://in-toto.io/Statement/v1",\
      "subject":[{"name":"agent.jar","digest":{"sha256":"%1$s"}},\
      {"name":"class-path","digest":{"sha256":"%2$s"}},\
      {"name":"manifest","digest":{"sha256":"%4$s"}},{"name":"config","digest":{"sha256":"%5$s"}}],\
      "predicateType":"https://signet.dev/attestation/reference-values/v1",\
      "predicate":{"agent":"spiffe://example.org/agent/billing","securityVersion":3,\
      "validity":{"notBefore":"2026-01-01T00:00:00Z","notAfter":"2027-01-01T00:00:00Z"},\
      "artifacts":[{"role":"agent-jar","digest":"sha256:%1$s","size":10},\
      {"role":"class-path","digest":"sha256:%2$s","size":12},\
      {"role":"image-manifest","digest":"sha256:%4$s","size":1},\
      {"role":"image-config","digest":"sha256:%5$s","size":2}],\
      "launch":{"arguments":null,"environment":[],"mainClass":"acme.Agent",\
      "entrypoint":["/bin/agent"],"user":"1000:1000",\
      "limits":{"memoryBytes":1048576,"pids":64,"cpuMillis":1500}},\
      "classPath":[%3$s],\
      "egress":[{"host":"api.example.org","methods":["GET","POST"],"path":"/v1/*"}],\
      "build":{"source":"git+https://example.org/a","revision":"abc","builder":"ci",\
      "sbom":"sha256:%5$s"}}}"""
          .formatted(JAR, CLASS_PATH.toHex(), ENTRIES, "55".repeat(32), "66".repeat(32));

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
  void readsAndWritesWhatIsOptional() throws Exception {
    assertThat(new String(StrictJson.encode(parse(FULL)), StandardCharsets.UTF_8)).isEqualTo(FULL);
    ReferenceStatement.Predicate p = parse(FULL).predicate();
    assertThat(p.launch().entrypoint()).containsExactly("/bin/agent");
    assertThat(p.launch().limits()).isEqualTo(new ResourceLimits(1048576L, 64L, 1500L));
    assertThat(p.classPath()).extracting(ClassPathEntry::name).containsExactly("a.jar", "b.jar");
    assertThat(p.egress().get(0).methods()).containsExactly("GET", "POST");
    assertThat(p.build().revision()).isEqualTo("abc");
  }

  @Test
  void imageAloneIsEnough() throws Exception {
    String json =
        FULL.replaceAll("\\{\"role\":\"(agent-jar|class-path)\"[^}]*\\},", "")
            .replaceAll("\"classPath\":\\[[^\\]]*\\],", "")
            .replace("\"mainClass\":\"acme.Agent\",", "");
    assertThat(parse(json).predicate().artifacts()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"role\":\"agent-jar\"|\"role\":\"other\"",
        "\"role\":\"image-manifest\"|\"role\":\"other\"",
        "\"role\":\"image-config\"|\"role\":\"other\"",
        "\"role\":\"class-path\"|\"role\":\"other\"",
        "\"a.jar\",\"digest\"|\"c.jar\",\"digest\"",
        "\"a.jar\",\"digest\"|\"../a.jar\",\"digest\"",
        "\"a.jar\",\"digest\"|\"a\\nb\",\"digest\"",
        "\"size\":5|\"size\":6",
        "\"size\":12|\"size\":13",
        "acme.Agent|acme/Agent",
        "acme.Agent|-jar",
        "[\"/bin/agent\"]|[]",
        "[\"/bin/agent\"]|[\"\"]",
        "1000:1000|-u",
        "1000:1000|a b",
        "\"pids\":64|\"pids\":0",
        "\"pids\":64|\"pids\":-1",
        "\"pids\":64|\"pids\":1.5",
        "{\"memoryBytes\":1048576,\"pids\":64,\"cpuMillis\":1500}|{}",
        "api.example.org|API.example.org",
        "api.example.org|a*.example.org",
        "api.example.org|https://api.example.org",
        "[\"GET\",\"POST\"]|[]",
        "[\"GET\",\"POST\"]|[\"GET\",\"GET\"]",
        "[\"GET\",\"POST\"]|[\"GET\",\"*\"]",
        "[\"GET\",\"POST\"]|[\"get\"]",
        "/v1/*|v1/*",
        "/v1/*|/v1/*/x",
        "/v1/*|/v1/../x",
        "/v1/*|/v1?x=1",
        "\"build\":{\"source\":\"git+https://example.org/a\",\"revision\":\"abc\",\"builder\":\"ci\",\"sbom\":\"|\"build\":{\"sbom\":\"x"
      })
  void refusesChangedOptionalMember(String from, String to) {
    assertThat(FULL).contains(from);
    int at = FULL.indexOf(from);
    String changed = FULL.substring(0, at) + to + FULL.substring(at + from.length());
    assertThatThrownBy(() -> parse(changed)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesClassPathInAnotherOrder() {
    String a = ENTRIES.replaceAll("\\},\\{.*", "}");
    String b = ENTRIES.substring(a.length() + 1);
    assertThatThrownBy(() -> parse(FULL.replace(ENTRIES, b + "," + a)))
        .hasMessageContaining("classPath");
  }

  @Test
  void refusesWhatBelongsToAnImageBesideAJar() {
    for (String member : new String[] {"\"user\":\"a\"", "\"entrypoint\":[\"/a\"]"}) {
      String changed = GOOD.replace("[\"LANG\"]", "[\"LANG\"]," + member);
      assertThatThrownBy(() -> parse(changed)).hasMessageContaining("expected an image");
    }
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
