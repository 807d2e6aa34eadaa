// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.SvidResult;
import dev.signet.protocol.TokenRequest;
import dev.signet.tpmsim.SoftwareTpm;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /v1/svids} and {@code /v1/tokens}: what an attested agent gets, and who gets nothing. */
class SvidIT {
  private static final String ALL =
      "{\"x509\":true,\"wit\":true,\"jwt\":[\"spiffe://example.org/db\",\"orders\"],"
          + "\"tokens\":[\"vault\"],\"tokenSeconds\":3540}";

  @TempDir static Path directory;
  private static TestVerifier verifier;
  private static TestHost host;
  private SvidCaller caller;

  @BeforeAll
  static void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").ready().permitted(ALL);
  }

  @AfterAll
  static void stop() throws Exception {
    verifier.close();
  }

  @BeforeEach
  void attested() throws Exception {
    verifier.ahead.set(Duration.ZERO);
    caller = new SvidCaller(host, host.attest().token());
  }

  static X509Certificate certificate(Bytes der) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der.toArray()));
  }

  static JsonNode claims(String token, String typ) throws Exception {
    CompactJws jws = CompactJws.parse(token, typ, Limits.TOKEN_BYTES);
    return StrictJson.tree(jws.payload(), Limits.TOKEN_BYTES);
  }

  private JsonNode lastDecision() throws Exception {
    JsonNode all = verifier.operator("GET", "/v1/audit", null).get("decisions");
    return all.get(all.size() - 1);
  }

  @Test
  void x509SvidIsALeafOfTheAgentAlone() throws Exception {
    SvidResult.X509 svid = caller.svid(caller.x509(null)).x509();
    X509Certificate leaf = certificate(svid.chain().get(0));
    X509Certificate root = certificate(svid.bundle().get(0));
    leaf.verify(root.getPublicKey());
    root.verify(root.getPublicKey());
    assertThat(leaf.getPublicKey()).isEqualTo(caller.agentKey.getPublic());
    assertThat(List.copyOf(leaf.getSubjectAlternativeNames()))
        .isEqualTo(List.of(List.of(6, TestHost.AGENT.value())));
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
    assertThat(leaf.getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(svid.notAfter());
    assertThat(root.getBasicConstraints()).isZero();
    assertThat(List.copyOf(root.getSubjectAlternativeNames()))
        .isEqualTo(List.of(List.of(6, "spiffe://example.org")));
    assertThat(svid.notAfter())
        .isBetween(Instant.now().plusSeconds(590), Instant.now().plusSeconds(600));
  }

  @Test
  void everyIssueIsInTheAuditLogUnderTheIdThatTheCallerGets() throws Exception {
    SvidResult result = caller.svid(caller.x509(60L));
    X509Certificate leaf = certificate(result.x509().chain().get(0));
    JsonNode entry = lastDecision();
    assertThat(entry.get("decision").asText()).isEqualTo(result.decision());
    assertThat(entry.get("act").asText()).isEqualTo("issue-x509");
    assertThat(entry.get("actor").asText()).isEqualTo("agent:" + TestHost.AGENT);
    assertThat(entry.get("launch").asText()).isEqualTo(host.launch.value());
    assertThat(entry.get("detail").asText())
        .contains("serial " + leaf.getSerialNumber().toString(16))
        .contains("until " + result.x509().notAfter());
  }

  @Test
  void noSvidOutlivesItsAppraisalByMoreThanOneRenewal() throws Exception {
    Instant tokenEnds = Instant.ofEpochSecond(claims(caller.token, "wit+jwt").get("exp").asLong());
    Instant most = tokenEnds.plus(Limits.TOKEN_LIFE);
    assertThat(caller.svid(caller.x509(3600L)).x509().notAfter()).isEqualTo(most);
    assertThat(caller.svid(caller.wit(3600L)).wit().notAfter()).isEqualTo(most);
    assertThat(caller.svid(SvidRequest.jwt(List.of("orders"), 3600L)).jwt().notAfter())
        .isBeforeOrEqualTo(most);
    assertThat(caller.svid(caller.x509(7L)).x509().notAfter())
        .isBeforeOrEqualTo(Instant.now().plusSeconds(7));
  }

  @Test
  void jwtSvidNamesItsAudiences() throws Exception {
    List<String> audience = List.of("orders", "spiffe://example.org/db");
    SvidResult.Token svid = caller.svid(SvidRequest.jwt(audience, null)).jwt();
    JsonNode claims = claims(svid.token(), "JWT");
    assertThat(claims.get("sub").asText()).isEqualTo(TestHost.AGENT.value());
    assertThat(claims.get("aud").get(0).asText()).isEqualTo("orders");
    assertThat(claims.get("aud").get(1).asText()).isEqualTo("spiffe://example.org/db");
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(300);
    assertThat(claims.get("exp").asLong()).isEqualTo(svid.notAfter().getEpochSecond());
  }

  @Test
  void audienceThatTheRegistrationDoesNotNameIsNotPermitted() throws Exception {
    assertThat(caller.refused("/v1/svids", SvidRequest.jwt(List.of("orders", "other"), null)))
        .isEqualTo("NOT_PERMITTED");
    assertThat(caller.refused("/v1/svids", SvidRequest.jwt(List.of("vault"), null)))
        .as("an audience of tokens is not one of JWT-SVIDs")
        .isEqualTo("NOT_PERMITTED");
    assertThat(caller.refused("/v1/tokens", new TokenRequest("orders", null)))
        .isEqualTo("NOT_PERMITTED");
  }

  @Test
  void federationTokenLivesTenMinutesAndAtMostFiftyNine() throws Exception {
    TokenRequest.Result standard =
        TestVerifier.decode(
            caller.call("/v1/tokens", new TokenRequest("vault", null)).body(),
            TokenRequest.Result.class);
    JsonNode claims = claims(standard.token(), "JWT");
    assertThat(claims.get("aud").asText()).isEqualTo("vault");
    assertThat(claims.get("iss").asText()).isEqualTo(TestVerifier.ISSUER);
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(600);
    assertThat(lastDecision().get("detail").asText()).contains(claims.get("jti").asText());
    TokenRequest.Result longest =
        TestVerifier.decode(
            caller.call("/v1/tokens", new TokenRequest("vault", 86_400L)).body(),
            TokenRequest.Result.class);
    claims = claims(longest.token(), "JWT");
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(59 * 60);
  }

  @Test
  void nothingIsIssuedToAnAgentWhoseRegistrationIsSilent() throws Exception {
    host.registered();
    try {
      for (SvidRequest request :
          List.of(caller.x509(null), caller.wit(null), SvidRequest.jwt(List.of("orders"), null))) {
        assertThat(caller.refused("/v1/svids", request)).isEqualTo("NOT_PERMITTED");
      }
      assertThat(caller.refused("/v1/tokens", new TokenRequest("vault", null)))
          .isEqualTo("NOT_PERMITTED");
      assertThat(lastDecision().get("outcome").asText()).isEqualTo("NOT_PERMITTED");
    } finally {
      host.permitted(ALL);
    }
  }

  @Test
  void keyWithoutProofOfPossessionGetsNothing() throws Exception {
    SvidRequest good = caller.x509(null);
    Bytes byAnother =
        Bytes.of(
            SoftwareTpm.sign(
                SoftwareTpm.p256().getPrivate(),
                dev.signet.protocol.SvidKeyInput.forX509(caller.token, caller.agentJwk())));
    assertThat(caller.refused("/v1/svids", SvidRequest.x509(good.x509().key(), byAnother, null)))
        .isEqualTo("BAD_PROOF_OF_POSSESSION");
    SvidRequest wit = caller.wit(null);
    assertThat(
            caller.refused("/v1/svids", SvidRequest.x509(wit.wit().key(), wit.wit().proof(), null)))
        .as("a proof is for one kind")
        .isEqualTo("BAD_PROOF_OF_POSSESSION");
    Bytes before = good.x509().proof();
    String old = caller.token;
    do {
      caller.token = host.attest().token();
    } while (caller.token.equals(old));
    assertThat(caller.refused("/v1/svids", SvidRequest.x509(caller.agentJwk(), before, null)))
        .as("a proof is for one token")
        .isEqualTo("BAD_PROOF_OF_POSSESSION");
  }

  @Test
  void callIsJudgedAsAnySignedRequest() throws Exception {
    byte[] body = StrictJson.encode(caller.x509(null));
    List<List<String>> fields = caller.fields("/v1/svids", body);
    HttpRequest good = caller.request("/v1/svids", body, fields);
    assertThat(caller.send(good).statusCode()).isEqualTo(200);
    assertThat(TestVerifier.problem(caller.send(good)).reason()).isEqualTo("REPLAYED");
    byte[] changed = StrictJson.encode(caller.x509(3L));
    assertThat(
            TestVerifier.problem(
                    caller.send(
                        caller.request("/v1/svids", changed, caller.fields("/v1/svids", body))))
                .reason())
        .isEqualTo("BODY_MISMATCH");
    assertThat(
            TestVerifier.problem(
                    caller.send(
                        caller.request("/v1/tokens", body, caller.fields("/v1/svids", body))))
                .reason())
        .isEqualTo("BAD_SIGNATURE");
    assertThat(verifier.reason("POST", "/v1/svids", null, body)).isEqualTo("UNSIGNED");
    caller.signingKey = caller.agentKey;
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("UNKNOWN_KEY");
    caller.signingKey = host.requestKeyPair;
    caller.authority = "another-verifier.test";
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("BAD_SIGNATURE");
  }

  @Test
  void witSvidIsNoIdentityTokenOfSignet() throws Exception {
    SvidResult.Token svid = caller.svid(caller.wit(null)).wit();
    JsonNode claims = claims(svid.token(), "wit+jwt");
    assertThat(claims.has("iss")).isFalse();
    assertThat(claims.has("aud")).isFalse();
    assertThat(claims.at("/cnf/jwk/alg").asText()).isEqualTo("ES256");
    assertThat(claims.at("/cnf/jwk/x").asText()).isEqualTo(caller.agentJwk().x().toBase64Url());
    caller.token = svid.token();
    caller.signingKey = caller.agentKey;
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("TOKEN_UNTRUSTED");
  }

  @Test
  void tokenOfAnEarlierLaunchGetsNothingOnceALaterOneIsAttested() throws Exception {
    host.launch();
    host.attest();
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("NO_LIVE_LAUNCH");
  }

  @Test
  void buildBelowTheFloorGetsNothingAtOnce() throws Exception {
    verifier.operator(
        "POST", "/v1/floors", "{\"agent\":\"" + TestHost.AGENT + "\",\"securityVersion\":4}");
    try {
      assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("ROLLED_BACK");
    } finally {
      verifier.operator(
          "POST",
          "/v1/floors",
          "{\"agent\":\"" + TestHost.AGENT + "\",\"securityVersion\":0,\"lower\":true}");
    }
  }

  @Test
  void agentOfAnotherTrustDomainGetsNothing() throws Exception {
    TestHost foreign = new TestHost(verifier, "host-2");
    foreign.agent = new dev.signet.protocol.AgentId("spiffe://other.example/agent/billing");
    foreign.ready().permitted(ALL);
    SvidCaller other = new SvidCaller(foreign, foreign.attest().token());
    assertThat(other.refused("/v1/svids", other.x509(null))).isEqualTo("NOT_PERMITTED");
  }

  @Test
  void attack42KeyWhoseAttestationEndedGetsNothingMore() throws Exception {
    verifier.ahead.set(Limits.TOKEN_LIFE.plusSeconds(1));
    // The trust snapshot is renewed by a timer that does not follow the test's clock.
    verifier.operator("POST", "/v1/revocations", revocation("launch", "AAAAAAAAAAAAAAAAAAAAAA"));
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("TOKEN_EXPIRED");
  }

  private static String revocation(String scope, String value) {
    return "{\"scope\":\"" + scope + "\",\"value\":\"" + value + "\",\"reason\":\"test\"}";
  }
}
