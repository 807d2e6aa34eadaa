// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Digest;
import dev.signet.protocol.VerifyRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /v1/verify}: what an attested agent signed, and what it did not. */
class RequestDecisionIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;
  private AttestationResult identity;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").ready();
    identity = host.attest();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private VerifyRequest signed(String authority) throws Exception {
    return SignedRequests.get(
        host, identity.token(), "https", authority, "/tools/search", Instant.now());
  }

  private JsonNode verify(VerifyRequest request) throws Exception {
    return verifier.good("POST", "/v1/verify", TestVerifier.SERVICE, request, JsonNode.class);
  }

  private String refusal(VerifyRequest request) throws Exception {
    JsonNode decision = verify(request);
    assertThat(decision.get("accepted").asBoolean()).isFalse();
    return decision.get("reason").asText();
  }

  @Test
  void acceptsWhatTheAgentSigned() throws Exception {
    JsonNode decision = verify(signed("tools.test"));
    assertThat(decision.get("accepted").asBoolean()).isTrue();
    assertThat(decision.at("/agent/agent").asText()).isEqualTo(TestHost.AGENT.value());
    JsonNode log = verifier.operator("GET", "/v1/audit?after=3", null).get("decisions");
    JsonNode audited = log.get(log.size() - 1);
    assertThat(audited.get("decision")).isEqualTo(decision.get("decision"));
    assertThat(audited.get("actor").asText()).isEqualTo("service:billing");
    assertThat(audited.get("lastSeen").isNull()).isFalse();
  }

  @Test
  void refusesWithTheReason() throws Exception {
    VerifyRequest good = signed("tools.test");
    assertThat(refusal(SignedRequests.withPath(good, "/tools/pay"))).isEqualTo("BAD_SIGNATURE");
    assertThat(refusal(SignedRequests.withBody(good, Digest.hash(new byte[] {1}))))
        .isEqualTo("INSUFFICIENT_COVERAGE");
    assertThat(refusal(signed("staging.test"))).isEqualTo("WRONG_AUTHORITY");
    assertThat(refusal(new VerifyRequest("GET", "https", "tools.test", "/", null, List.of(), null)))
        .isEqualTo("UNSIGNED");
    assertThat(verify(good).get("accepted").asBoolean()).isTrue();
    assertThat(refusal(good)).isEqualTo("REPLAYED");
  }

  @Test
  void revocationTakesEffectOnTheNextRequest() throws Exception {
    assertThat(verify(signed("tools.test")).get("accepted").asBoolean()).isTrue();
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"launch\",\"value\":\"" + host.launch + "\",\"reason\":\"test\"}");
    assertThat(refusal(signed("tools.test"))).isEqualTo("REVOKED");
  }

  @Test
  void onlyServicesMayAsk() throws Exception {
    VerifyRequest good = signed("tools.test");
    for (String credential :
        new String[] {null, "wrong", TestVerifier.OPERATOR, TestVerifier.PROXY}) {
      assertThat(verifier.reason("POST", "/v1/verify", credential, good))
          .isEqualTo("UNAUTHENTICATED");
    }
  }

  private HttpResponse<byte[]> authorize(String... more) throws Exception {
    byte[] body = {1, 2, 3};
    String digest =
        "sha-256=:" + Base64.getEncoder().encodeToString(Digest.hash(body).toArray()) + ":";
    VerifyRequest signed =
        SignedRequests.get(
            host,
            identity.token(),
            "https",
            "tools.test",
            "/tools",
            Instant.now(),
            List.of(List.of("content-digest", digest)));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(verifier.uri("/v1/authz/x"))
            .header("signet-proxy-credential", TestVerifier.PROXY)
            .header("x-original-method", "GET")
            .header("x-original-uri", "/tools")
            .header("x-original-host", "tools.test")
            .header("x-forwarded-proto", "https")
            .header("x-original-content-length", "3");
    for (int i = 0; i < more.length; i += 2) {
      request.header(more[i], more[i + 1]);
    }
    signed.headers().forEach(f -> request.header(f.get(0), f.get(1)));
    return verifier.client().send(request.build(), BodyHandlers.ofByteArray());
  }

  @Test
  void proxyThatCannotVouchForTheBodyIsRefused() throws Exception {
    assertThat(TestVerifier.problem(authorize()).reason()).isEqualTo("BODY_MISMATCH");
  }

  @Test
  void uncheckedBodyIsSaidToBeUnchecked() throws Exception {
    verifier.close();
    verifier = new TestVerifier(directory.resolve("second"));
    verifier.edge = ", uncheckedBodies: true";
    verifier.start();
    host = new TestHost(verifier, "host-1").ready();
    identity = host.attest();
    HttpResponse<byte[]> answer = authorize();
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("signet-body")).contains("unchecked");
  }

  @Test
  void bodyDigestOfTheProxyIsCompared() throws Exception {
    verifier.close();
    verifier = new TestVerifier(directory.resolve("second"));
    verifier.edge = ", bodyDigestHeader: X-Body-Sha256";
    verifier.start();
    host = new TestHost(verifier, "host-1").ready();
    identity = host.attest();
    String right = Digest.hash(new byte[] {1, 2, 3}).toString();
    String wrong = Digest.hash(new byte[] {9}).toString();
    HttpResponse<byte[]> answer = authorize("x-body-sha256", right);
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("signet-body")).isEmpty();
    assertThat(TestVerifier.problem(authorize("x-body-sha256", wrong)).reason())
        .isEqualTo("BODY_MISMATCH");
  }

  @Test
  void refusesEverybodyWhenTheSnapshotIsStale() throws Exception {
    VerifyRequest good = signed("tools.test");
    verifier.ahead.set(java.time.Duration.ofSeconds(241));
    assertThat(refusal(good)).isEqualTo("TRUST_STALE");
  }

  @Test
  void signatureFromBeforeARestartIsNotAcceptedTwice() throws Exception {
    VerifyRequest good = signed("tools.test");
    assertThat(verify(good).get("accepted").asBoolean()).isTrue();
    verifier.stop();
    verifier.start();
    assertThat(refusal(good)).isEqualTo("STALE");
  }

  @Test
  void attack45UnsignedFloodDoesNotFillTheAuditLog() throws Exception {
    int before = audited();
    VerifyRequest unsigned =
        new VerifyRequest("GET", "https", "tools.test", "/", null, List.of(), null);
    for (int i = 0; i < 20; i++) {
      assertThat(verify(unsigned).get("decision").isNull()).isTrue();
    }
    assertThat(refusal(SignedRequests.withPath(signed("tools.test"), "/tools/pay")))
        .isEqualTo("BAD_SIGNATURE");
    assertThat(audited()).isEqualTo(before);
    assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
        .contains("signet_decisions_total{act=\"verify\",outcome=\"UNSIGNED\"} 20.0");
    VerifyRequest good = signed("tools.test");
    verify(good);
    assertThat(refusal(good)).isEqualTo("REPLAYED");
    assertThat(audited()).as("what an agent signed is recorded").isEqualTo(before + 2);
  }

  private int audited() throws Exception {
    return verifier.operator("GET", "/v1/audit", null).get("decisions").size();
  }

  private int authorized(VerifyRequest request, String... more) throws Exception {
    java.net.http.HttpRequest.Builder builder =
        java.net.http.HttpRequest.newBuilder(verifier.uri("/v1/authz/check"))
            .header("signet-proxy-credential", TestVerifier.PROXY)
            .header("x-original-method", request.method())
            .header("x-original-uri", request.path())
            .header("x-original-host", request.authority())
            .header("x-forwarded-proto", request.scheme())
            .headers(more);
    request.headers().forEach(f -> builder.header(f.get(0), f.get(1)));
    return verifier
        .client()
        .send(builder.build(), java.net.http.HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void attack36BodyThatTheProxyCannotSeeIsNotTakenForNone() throws Exception {
    // HTTP/2 frames a body without content-length: nothing that nginx says then tells of it.
    assertThat(authorized(signed("tools.test"), "x-original-protocol", "HTTP/2.0")).isEqualTo(401);
    assertThat(
            authorized(
                signed("tools.test"),
                "x-original-protocol",
                "HTTP/1.1",
                "x-original-content-length",
                "4"))
        .isEqualTo(401);
    assertThat(authorized(signed("tools.test"), "x-original-protocol", "HTTP/1.1")).isEqualTo(204);
    assertThat(
            authorized(
                signed("tools.test"),
                "x-original-protocol",
                "HTTP/2.0",
                "x-original-content-length",
                "0"))
        .isEqualTo(204);
  }

  @Test
  void attack36SilenceAboutTheProtocolIsNoAbsenceOfABody() throws Exception {
    assertThat(authorized(signed("tools.test"), "x-other", "1")).isEqualTo(401);
  }

  /** A proxy that sets one of the two fields, and lets the client's other one pass. */
  @Test
  void attack36ClientDoesNotSayForWhichServiceItsRequestIs() throws Exception {
    VerifyRequest forTools = signed("tools.test");
    assertThat(
            authorized(forTools, "x-original-protocol", "HTTP/1.1", "x-forwarded-host", "b.test"))
        .isEqualTo(400);
    assertThat(
            authorized(
                forTools, "x-original-protocol", "HTTP/1.1", "x-forwarded-host", "tools.test"))
        .isEqualTo(204);
  }
}
