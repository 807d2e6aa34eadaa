// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StrictJson;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How agents and hosts stand is reckoned from times, and who may know it. */
class AgentStatusIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").ready();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private JsonNode agent() throws Exception {
    return verifier.operator("GET", "/v1/agents", null).at("/agents/0");
  }

  private String state() throws Exception {
    JsonNode agent = agent();
    // The host has this agent only: whatever is said of both is said of one moment's clock.
    JsonNode status = verifier.operator("GET", "/v1/hosts/host-1", null).path("status");
    if (!status.isMissingNode()) {
      assertThat(status.path("state")).isEqualTo(agent.path("state"));
    }
    return agent.path("state").asText();
  }

  private String metric(String state) throws Exception {
    String metrics =
        TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null));
    return metrics
        .lines()
        .filter(l -> l.startsWith("signet_agents{state=\"" + state + "\"}"))
        .findFirst()
        .orElseThrow()
        .split(" ")[1];
  }

  @Test
  void attack53SilentHostIsSeenAndHasNoIdentityWithinOnePeriod() throws Exception {
    assertThat(state()).isEqualTo("unseen");
    AttestationResult identity = host.attest();
    assertThat(state()).isEqualTo("live");
    assertThat(metric("live")).isEqualTo("1.0");
    String seen = agent().path("lastSeen").asText();
    assertThat(agent().path("lastGood").asText()).isEqualTo(seen);
    assertThat(agent().at("/appraisal/isolation").asText()).isEqualTo("none");

    verifier.ahead.set(Duration.ofSeconds(150 + 15));
    assertThat(state()).isEqualTo("late");
    assertThat(metric("live")).isEqualTo("0.0");
    assertThat(metric("late")).isEqualTo("1.0");

    verifier.ahead.set(Duration.ofMinutes(5).plusSeconds(1));
    assertThat(state()).isEqualTo("silent");
    assertThat(agent().path("since").asText()).isEqualTo(seen);
    assertThat(metric("silent")).isEqualTo("1.0");
    assertThat(decided(identity).get("reason").asText()).isEqualTo("TOKEN_EXPIRED");

    host.attest();
    assertThat(state()).isEqualTo("live");
    assertThat(Instant.parse(agent().path("since").asText())).isAfter(Instant.parse(seen));
  }

  @Test
  void attack53FailingHostIsSeenAtOnceAndSinceWhen() throws Exception {
    AttestationResult identity = host.attest();
    String good = agent().path("lastGood").asText();
    verifier.ahead.set(Duration.ofSeconds(20));
    host.launch(3, TestHost.JAR, Digest.hash(new byte[] {6}));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("MEASUREMENT_MISMATCH");
    JsonNode failed = agent();
    assertThat(state()).isEqualTo("failed");
    assertThat(failed.path("reason").asText()).isEqualTo("MEASUREMENT_MISMATCH");
    assertThat(failed.path("lastGood").asText()).isEqualTo(good);
    assertThat(failed.path("lastSeen")).isEqualTo(failed.path("since"));

    // A second refusal does not make the failure younger.
    verifier.ahead.set(Duration.ofSeconds(40));
    host.refused(host.freshEvidence(Purpose.ATTEST));
    assertThat(agent().path("since")).isEqualTo(failed.path("since"));
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).path("decisions");
    JsonNode last = decisions.get(decisions.size() - 1);
    assertThat(last.path("outcome").asText()).isEqualTo("MEASUREMENT_MISMATCH");
    assertThat(last.path("lastGood").asText()).isEqualTo(good);

    verifier.ahead.set(Duration.ofMinutes(5).plusSeconds(1));
    assertThat(decided(identity).get("reason").asText()).isEqualTo("TOKEN_EXPIRED");
    assertThat(state()).isEqualTo("failed");
    host.launch();
    host.attest();
    assertThat(state()).isEqualTo("live");
    assertThat(agent().path("reason").asText()).isEqualTo("MEASUREMENT_MISMATCH");
  }

  @Test
  void releaseIsSeenAndMakesNobodyLive() throws Exception {
    host.attest();
    String good = agent().path("lastGood").asText();
    verifier.ahead.set(Duration.ofSeconds(20));
    host.launch(3, TestHost.JAR, Digest.hash(new byte[] {6}));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("MEASUREMENT_MISMATCH");
    String failed = agent().path("lastSeen").asText();
    verifier.ahead.set(Duration.ofSeconds(40));
    host.launch();
    assertThat(host.submit(host.freshEvidence(Purpose.RELEASE)).statusCode()).isEqualTo(200);
    assertThat(state()).isEqualTo("failed");
    assertThat(agent().path("since").asText()).isEqualTo(failed);
    assertThat(agent().path("lastGood").asText()).isEqualTo(good);
    assertThat(Instant.parse(agent().path("lastSeen").asText())).isAfter(Instant.parse(failed));
  }

  @Test
  void attack53ClockThatWasPutBackMakesNobodyLive() throws Exception {
    verifier.ahead.set(Duration.ofHours(2));
    host.attest();
    assertThat(state()).isEqualTo("live");
    verifier.ahead.set(Duration.ZERO);
    assertThat(state()).isEqualTo("silent");
  }

  @Test
  void everyDecisionTellsWhenTheAgentWasLastSeenAndGood() throws Exception {
    AttestationResult identity = host.attest();
    verifier.ahead.set(Duration.ofSeconds(5));
    JsonNode accepted = decided(identity).get("agent");
    assertThat(accepted.get("lastGood")).isEqualTo(agent().get("lastGood"));
    assertThat(accepted.get("lastSeen")).isEqualTo(agent().get("lastSeen"));

    HttpRequest.Builder sub =
        HttpRequest.newBuilder(verifier.uri("/v1/authz/"))
            .header("signet-proxy-credential", TestVerifier.PROXY)
            .header("x-original-method", "GET")
            .header("x-original-uri", "/tools/list")
            .header("x-original-host", "tools.test")
            .header("x-forwarded-proto", "https")
            .header("x-original-protocol", "HTTP/1.1");
    SignedRequests.get(host, identity.token(), "https", "tools.test", "/tools/list", now())
        .headers()
        .forEach(field -> sub.header(field.get(0), field.get(1)));
    HttpResponse<Void> authz =
        verifier.client().send(sub.build(), HttpResponse.BodyHandlers.discarding());
    assertThat(authz.statusCode()).isEqualTo(204);
    assertThat(authz.headers().firstValue("signet-last-good"))
        .contains(accepted.get("lastGood").asText());
    assertThat(authz.headers().firstValue("signet-last-seen"))
        .contains(accepted.get("lastSeen").asText());
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).path("decisions");
    assertThat(decisions.get(decisions.size() - 1).path("lastGood"))
        .isEqualTo(accepted.get("lastGood"));
  }

  @Test
  void revokedIsSeenWhateverWasRevoked() throws Exception {
    host.attest();
    List<String> subjects =
        List.of(
            "{\"scope\":\"agent\",\"value\":\"" + TestHost.AGENT + "\"",
            "{\"scope\":\"host\",\"value\":\"host-1\"",
            "{\"scope\":\"tpm\",\"value\":\"" + host.tpmHash() + "\"",
            "{\"scope\":\"launch\",\"value\":\"" + host.launch + "\"",
            "{\"scope\":\"key\",\"value\":\"" + host.requestKey().thumbprint() + "\"",
            "{\"scope\":\"measurement\",\"value\":\"" + TestHost.JAR + "\"",
            "{\"scope\":\"measurement\",\"value\":\"" + host.statementDigest() + "\"");
    for (String subject : subjects) {
      String change = subject + ",\"reason\":\"test\"}";
      verifier.operator("POST", "/v1/revocations", change);
      assertThat(state()).as(subject).isEqualTo("revoked");
      verifier.operator("POST", "/v1/reinstatements", change);
      assertThat(state()).as(subject).isEqualTo("live");
    }
  }

  @Test
  void alertsAreOnMetricsThatThereAre() throws Exception {
    host.attest();
    String metrics =
        TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null));
    String alerts = Files.readString(Path.of("..", "docs", "prometheus-alerts.yaml"));
    Matcher name = Pattern.compile("signet_[a-z_]+").matcher(alerts);
    int found = 0;
    while (name.find()) {
      assertThat(metrics)
          .contains(
              "\n" + name.group() + (metrics.contains("\n" + name.group() + "{") ? "{" : " "));
      found++;
    }
    assertThat(found).isGreaterThan(5);
    Matcher state = Pattern.compile("signet_agents\\{state=\"([a-z]+)\"").matcher(alerts);
    while (state.find()) {
      metric(state.group(1));
    }
  }

  @Test
  void onlyAuditorsMayAsk() throws Exception {
    assertThat(verifier.reason("GET", "/v1/agents", TestVerifier.REGISTRAR, null))
        .isEqualTo("NOT_PERMITTED");
    assertThat(verifier.reason("GET", "/v1/agents", null, null)).isEqualTo("UNAUTHENTICATED");
    assertThat(verifier.reason("GET", "/v1/agents", TestVerifier.SERVICE, null))
        .isEqualTo("UNAUTHENTICATED");
  }

  @Test
  void pagesGoOnAfterAnAgentAndHost() throws Exception {
    AgentId other = new AgentId("spiffe://example.org/agent/aaa");
    host.register(other, "\"host-1\",\"host-2\"");
    assertThat(verifier.operator("GET", "/v1/agents", null).path("agents"))
        .extracting(a -> a.path("agent").asText() + " " + a.path("host").asText())
        .containsExactly(other + " host-1", other + " host-2", TestHost.AGENT + " host-1");
    assertThat(
            verifier
                .operator("GET", "/v1/agents?afterAgent=" + other + "&afterHost=host-1", null)
                .path("agents"))
        .hasSize(2);
  }

  @Test
  void hostCannotFillTheTableWithNames() throws Exception {
    host.attest();
    host.agent = new AgentId("spiffe://example.org/agent/unknown");
    host.launch();
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("NOT_REGISTERED");
    assertThat(verifier.operator("GET", "/v1/agents", null).path("agents")).hasSize(1);
  }

  @Test
  void attack24RebootIntoAnotherSystemIsAppraisedAgain() throws Exception {
    verifier.operator(
        "PUT",
        "/v1/registrations?agent=" + TestHost.AGENT,
        "{\"hosts\":[\"host-1\"],\"signers\":["
            + new String(StrictJson.encode(TestHost.CI.publicKey()), StandardCharsets.UTF_8)
            + "],\"boot\":{\"pinned\":{\"4\":\""
            + host.osPcr
            + "\",\"7\":\"sha256:"
            + "00".repeat(32)
            + "\"}},\"launcher\":{\"waived\":\"test\"}}");
    host.attest();
    assertThat(agent().at("/appraisal/boot").asText()).isEqualTo("pinned");

    Digest approved = host.osPcr;
    host.reboot();
    host.osPcr = Digest.hash(new byte[] {5});
    host.launch();
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("BOOT_NOT_APPROVED");
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("BOOT_NOT_APPROVED");
    assertThat(state()).isEqualTo("failed");

    host.reboot();
    host.osPcr = approved;
    host.launch();
    host.attest();
    assertThat(state()).isEqualTo("live");
    assertThat(verifier.operator("GET", "/v1/hosts/host-1", null).at("/attestationKey/resetCount"))
        .hasToString(Integer.toString(host.tpm.resetCount()));
  }

  private Instant now() {
    return verifier.clock().instant();
  }

  private JsonNode decided(AttestationResult identity) throws Exception {
    // Publishes a snapshot for the moved clock.
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"host\",\"value\":\"unrelated-"
            + now().getEpochSecond()
            + "\",\"reason\":\"test\"}");
    return verifier.good(
        "POST",
        "/v1/verify",
        TestVerifier.SERVICE,
        SignedRequests.get(host, identity.token(), "https", "tools.test", "/tools/list", now()),
        JsonNode.class);
  }
}
