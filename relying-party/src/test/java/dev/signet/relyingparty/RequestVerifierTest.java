// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import static dev.signet.relyingparty.Agents.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.signet.protocol.Digest;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSigner;
import dev.signet.requestsignatures.SignatureAlgorithm;
import dev.signet.requestsignatures.SignatureParameters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestVerifierTest {
  private static final byte[] BODY = "{\"amount\":5}".getBytes(StandardCharsets.US_ASCII);
  private static final RequestBody NONE = new RequestBody.None();
  private static final String NONCE = "AAECAwQFBgcICQoLDA0ODw";

  private final Agents agents = new Agents();
  private final RequestVerifier verifier = new RequestVerifier(Set.of("api.example"), "https");
  private final ReplayMemory replays = ReplayMemory.onFirstStart(1000, NOW);
  private TrustState trust = agents.trust();

  @Test
  void acceptsWhatAnAttestedAgentSigned() throws Exception {
    RequestDecision decision = decide(signed(TestRequest.get()), NONE);
    assertThat(decision).isInstanceOf(RequestDecision.Accepted.class);
    AgentIdentity agent = ((RequestDecision.Accepted) decision).agent();
    assertThat(agent.agent()).isEqualTo(Agents.AGENT);
    assertThat(agent.launch()).isEqualTo(Agents.LAUNCH);
    assertThat(agent.keyThumbprint()).isEqualTo(agents.requestJwk().thumbprint());
    assertThat(agent.tokenExpires()).isEqualTo(NOW.plusSeconds(300));
  }

  @Test
  void acceptsBodyInEachWayThatItMayCome() throws Exception {
    TestRequest post = TestRequest.post(ContentDigest.sha256Of(BODY));
    assertAccepted(decide(signed(post), new RequestBody.Complete(BODY)));
    assertAccepted(decide(signed(post), new RequestBody.Hashed(Digest.hash(BODY))));
    RequestDecision streaming = decide(signed(post), new RequestBody.Streaming());
    assertThat(((RequestDecision.Accepted) streaming).unreadBody().orElseThrow().matches(BODY))
        .isTrue();
  }

  @Test
  void attack35SignatureStripped() throws Exception {
    TestRequest request = signed(TestRequest.get());
    assertRefused(Refusal.UNSIGNED, TestRequest.get());
    assertRefused(Refusal.UNSIGNED, request.without("signature").without("signature-input"));
    assertRefused(Refusal.UNSIGNED, request.without(IdentityClaims.HEADER));
    assertRefused(Refusal.MALFORMED_SIGNATURE, request.without("signature"));
    assertRefused(Refusal.MALFORMED_SIGNATURE, request.without("signature-input"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@method",
        "@authority",
        "@scheme",
        "@path",
        "@query",
        IdentityClaims.HEADER,
        "content-type",
        "content-digest",
        "authorization",
        "cookie",
        "content-encoding",
        "mcp-session-id",
        "mcp-protocol-version"
      })
  void attack36ComponentNotCovered(String left) throws Exception {
    TestRequest request =
        TestRequest.post(ContentDigest.sha256Of(BODY))
            .with("authorization", "Bearer x")
            .with("cookie", "a=b")
            .with("content-encoding", "identity")
            .with("mcp-session-id", "s1")
            .with("mcp-protocol-version", "2025-06-18")
            .with(IdentityClaims.HEADER, agents.token());
    List<String> names = new ArrayList<>(SignatureProfile.ALWAYS);
    names.addAll(SignatureProfile.WHEN_PRESENT);
    RequestBody body = new RequestBody.Complete(BODY);
    assertAccepted(decide(signed(request, names, parameters()), body));
    names.remove(left);
    SignatureParameters others = parameters("EBESExQVFhcYGRobHB0eHw");
    assertThat(refusal(decide(signed(request, names, others), body)))
        .isEqualTo(Refusal.INSUFFICIENT_COVERAGE);
  }

  @Test
  void attack36BodyWithoutDigest() throws Exception {
    TestRequest request = TestRequest.get().withMethod("POST");
    assertThat(refusal(decide(signed(request), new RequestBody.Complete(BODY))))
        .isEqualTo(Refusal.INSUFFICIENT_COVERAGE);
    assertThat(refusal(decide(signed(request), new RequestBody.Streaming())))
        .isEqualTo(Refusal.INSUFFICIENT_COVERAGE);
    String weak = "sha-512=:" + "A".repeat(86) + "==:";
    assertThat(refusal(decide(signed(TestRequest.post(weak)), new RequestBody.Streaming())))
        .isEqualTo(Refusal.INSUFFICIENT_COVERAGE);
  }

  @Test
  void attack36OtherBodyThanSigned() throws Exception {
    TestRequest post = TestRequest.post(ContentDigest.sha256Of(BODY));
    byte[] other = "{\"amount\":9}".getBytes(StandardCharsets.US_ASCII);
    for (RequestBody body :
        List.of(
            new RequestBody.Complete(other), new RequestBody.Hashed(Digest.hash(other)), NONE)) {
      assertThat(refusal(decide(signed(post), body))).isEqualTo(Refusal.BODY_MISMATCH);
    }
  }

  @Test
  void attack36ChangedAfterSigning() throws Exception {
    TestRequest request = signed(TestRequest.get().with("authorization", "Bearer x"));
    assertRefused(Refusal.BAD_SIGNATURE, request.withMethod("DELETE"));
    assertRefused(Refusal.BAD_SIGNATURE, request.withPath("/v1/invoices/"));
    assertRefused(Refusal.BAD_SIGNATURE, request.withPath("/v1/%69nvoices"));
    assertRefused(Refusal.BAD_SIGNATURE, request.withQuery("page=3"));
    assertRefused(Refusal.BAD_SIGNATURE, request.withQuery(null));
    assertRefused(Refusal.BAD_SIGNATURE, request.with("authorization", "Bearer y"));
    assertRefused(Refusal.WRONG_AUTHORITY, request.withAuthority("evil.example"));
    assertRefused(Refusal.WRONG_AUTHORITY, request.withAuthority("api.example:444"));
    assertRefused(Refusal.WRONG_AUTHORITY, request.withAuthority("x@api.example"));
    assertRefused(Refusal.WRONG_AUTHORITY, request.withScheme("http"));
    assertRefused(Refusal.INSUFFICIENT_COVERAGE, request.with("cookie", "a=b"));
    assertAccepted(decide(request.withAuthority("API.example:443"), NONE));
  }

  @Test
  void attack37HeadersReorderedDuplicatedOrFolded() throws Exception {
    TestRequest request =
        TestRequest.post(ContentDigest.sha256Of(BODY)).with("authorization", "Bearer x");
    RequestBody body = new RequestBody.Complete(BODY);
    for (String name : List.of("authorization", "content-type", "content-digest", "cookie")) {
      assertThat(refusal(decide(signed(request.with(name, "a", "b")), body)))
          .as(name)
          .isEqualTo(Refusal.MALFORMED_SIGNATURE);
    }
    TestRequest good = signed(request);
    assertThat(refusal(decide(good.with("host", "a", "b"), body)))
        .isEqualTo(Refusal.MALFORMED_SIGNATURE);
    assertThat(refusal(decide(good.with("content-length", "1", "2"), body)))
        .isEqualTo(Refusal.MALFORMED_SIGNATURE);
    String token = good.field(IdentityClaims.HEADER);
    assertThat(refusal(decide(good.with(IdentityClaims.HEADER, token, token), body)))
        .isEqualTo(Refusal.TOKEN_MALFORMED);
    assertThat(refusal(decide(good.with("authorization", "Bearer x\nevil: 1"), body)))
        .isEqualTo(Refusal.MALFORMED_SIGNATURE);
    assertThat(refusal(decide(good.with("authorization", "Bearer \r\n y"), body)))
        .isEqualTo(Refusal.BAD_SIGNATURE);
  }

  @Test
  void attack37MethodOverride() throws Exception {
    for (String name : SignatureProfile.FORBIDDEN) {
      assertRefused(Refusal.MALFORMED_SIGNATURE, signed(TestRequest.get()).with(name, "DELETE"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "signature_input",
        "workload_identity_token",
        "workload-identity_token",
        "workload_identity-token",
        "x_http_method",
        "x_http_method_override",
        "x-http_method-override",
        "x-http-method_override",
        "x_method_override",
        "x_original_url",
        "x-rewrite_url",
        "content_type",
        "content_digest",
        "content_encoding",
        "content_length",
        "transfer_encoding",
        "mcp_session_id",
        "mcp-session_id",
        "mcp_protocol_version",
        "mcp-protocol_version"
      })
  void attack37UnderscoreForADash(String name) throws Exception {
    assertRefused(Refusal.MALFORMED_SIGNATURE, signed(TestRequest.get()).with(name, "DELETE"));
  }

  @Test
  void takesOtherFieldsWithUnderscores() throws Exception {
    assertAccepted(decide(signed(TestRequest.get()).with("x_request_id", "1"), NONE));
  }

  @Test
  void attack38SeveralSignatures() throws Exception {
    TestRequest good = signed(TestRequest.get());
    String input = good.field("signature-input");
    String signature = good.field("signature");
    String zeros = "=:" + "A".repeat(86) + "==:";
    TestRequest second =
        good.with("signature-input", input, "x=(\"@method\");tag=\"signet\"")
            .with("signature", signature, "x" + zeros);
    assertRefused(Refusal.MALFORMED_SIGNATURE, second);
    // In either order: neither the first nor the last one is it.
    TestRequest before =
        good.with("signature-input", "x=(\"@method\");tag=\"signet\"", input)
            .with("signature", "x" + zeros, signature);
    assertRefused(Refusal.MALFORMED_SIGNATURE, before);
    TestRequest sameLabel =
        good.with("signature-input", input, "signet=()").with("signature", signature, signature);
    assertRefused(Refusal.MALFORMED_SIGNATURE, sameLabel);
    TestRequest onlyOthers =
        good.with("signature-input", input.replace("tag=\"signet\"", "tag=\"other\""));
    assertRefused(Refusal.UNSIGNED, onlyOthers);
    TestRequest otherLabel =
        good.with("signature-input", input.replace("signet=(", "mine=("))
            .with("signature", signature.replace("signet=", "mine="));
    assertRefused(Refusal.MALFORMED_SIGNATURE, otherLabel);
    TestRequest besideAProxys =
        good.with("signature-input", "p=(\"@method\");tag=\"proxy\"", input)
            .with("signature", "p" + zeros, signature);
    assertAccepted(decide(besideAProxys, NONE));
  }

  @Test
  void attack39ReplayInsideTheWindow() throws Exception {
    TestRequest request = signed(TestRequest.get());
    assertAccepted(decide(request, NONE));
    assertRefused(Refusal.REPLAYED, request);
    assertThat(refusal(verifier.verify(request, NONE, trust, NOW.plusSeconds(59), replays)))
        .isEqualTo(Refusal.REPLAYED);
  }

  @Test
  void attack39MemoryFull() throws Exception {
    ReplayMemory small = ReplayMemory.onFirstStart(4, NOW);
    TestRequest first = signed(TestRequest.get());
    assertAccepted(verifier.verify(first, NONE, trust, NOW, small));
    assertThat(refusal(verifier.verify(signed(TestRequest.get()), NONE, trust, NOW, small)))
        .isEqualTo(Refusal.REPLAY_MEMORY_FULL);
  }

  @Test
  void attack39ReplayAfterRestart() throws Exception {
    TestRequest request = signed(TestRequest.get());
    Instant restart = NOW.plusSeconds(5);
    ReplayMemory empty = ReplayMemory.afterRestart(1000, restart);
    assertThat(refusal(verifier.verify(request, NONE, trust, restart, empty)))
        .isEqualTo(Refusal.STALE);
  }

  @Test
  void attack39BadSignatureLeavesTheNonceUnused() throws Exception {
    TestRequest request = signed(TestRequest.get());
    assertRefused(Refusal.BAD_SIGNATURE, request.withPath("/other"));
    assertThat(replays.size()).isZero();
    assertAccepted(decide(request, NONE));
  }

  @Test
  void attack40ClockSkew() throws Exception {
    assertAccepted(decide(createdAt(10, 60), NONE));
    assertRefused(Refusal.STALE, createdAt(11, 60));
    assertAccepted(decide(createdAt(-59, 60), NONE));
    assertRefused(Refusal.STALE, createdAt(-60, 60));
    assertRefused(Refusal.STALE, createdAt(0, 61));
    assertRefused(Refusal.STALE, createdAt(0, 0));
    assertRefused(Refusal.STALE, createdAt(5, -1));
  }

  @Test
  void attack41KeyidOrAlgorithmChosenByTheRequest() throws Exception {
    Agents stranger = new Agents();
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, agents.token());
    assertRefused(Refusal.UNKNOWN_KEY, request.with(stranger.signer().sign(request, NOW)));
    RequestSigner liar =
        new RequestSigner(
            stranger.rawSigner(),
            agents.requestJwk().thumbprint(),
            new java.security.SecureRandom());
    assertRefused(Refusal.BAD_SIGNATURE, request.with(liar.sign(request, NOW)));
    TestRequest good = signed(TestRequest.get());
    String input = good.field("signature-input");
    for (String alg : List.of("ed25519", "hmac-sha256", "rsa-v1_5-sha256", "none")) {
      assertRefused(
          Refusal.MALFORMED_SIGNATURE,
          good.with("signature-input", input.replace("ecdsa-p256-sha256", alg)));
    }
    assertRefused(
        Refusal.MALFORMED_SIGNATURE,
        good.with("signature-input", input.replace(";alg=\"ecdsa-p256-sha256\"", "")));
  }

  @Test
  void attack42KeyOutlivesItsAttestation() throws Exception {
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, agents.token());
    Instant end = NOW.plusSeconds(300);
    assertAccepted(
        verifier.verify(
            request.with(agents.signer().sign(request, end.minusSeconds(1))),
            NONE,
            TrustState.of(agents.snapshot(1, 2, end.minusSeconds(1)), Agents.PROVIDERS),
            end.minusSeconds(1),
            replays));
    TrustState later = TrustState.of(agents.snapshot(1, 2, end), Agents.PROVIDERS);
    assertThat(
            refusal(
                verifier.verify(
                    request.with(agents.signer().sign(request, end)), NONE, later, end, replays)))
        .isEqualTo(Refusal.TOKEN_EXPIRED);
  }

  @Test
  void attack42KeptTokenExpiresToo() throws Exception {
    trust = TrustState.of(agents.snapshot(1, 1, NOW), Agents.PROVIDERS);
    String brief = agents.token(Agents.ISSUER, NOW.getEpochSecond(), NOW.getEpochSecond() + 30);
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, brief);
    assertAccepted(decide(request.with(agents.signer().sign(request, NOW)), NONE));
    Instant end = NOW.plusSeconds(30);
    assertThat(
            refusal(
                verifier.verify(
                    request.with(agents.signer().sign(request, end)), NONE, trust, end, replays)))
        .isEqualTo(Refusal.TOKEN_EXPIRED);
  }

  @ParameterizedTest
  @EnumSource
  void attack42RevokedSinceTheLastRequest(Revocation.Scope scope) throws Exception {
    assertAccepted(decide(signed(TestRequest.get()), NONE));
    String value =
        switch (scope) {
          case AGENT -> Agents.AGENT.value();
          case LAUNCH -> Agents.LAUNCH.value();
          case KEY -> agents.requestJwk().thumbprint();
          case HOST -> Agents.HOST.value();
          case TPM -> Agents.TPM.toString();
          case MEASUREMENT -> Agents.JAR.toString();
        };
    Revocation revocation = new Revocation(scope, value, NOW.getEpochSecond());
    trust = trust.followedBy(agents.snapshot(1, 2, NOW, revocation), Agents.PROVIDERS);
    assertRefused(Refusal.REVOKED, signed(TestRequest.get()));
  }

  @Test
  void refusesTokensThatNoTrustedKeySigned() throws Exception {
    Agents stranger = new Agents();
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, stranger.token());
    assertRefused(Refusal.TOKEN_UNTRUSTED, request.with(stranger.signer().sign(request, NOW)));
    long begin = NOW.getEpochSecond();
    String other = agents.token("https://other.example", begin, begin + 300);
    TestRequest otherIssuer = TestRequest.get().with(IdentityClaims.HEADER, other);
    assertRefused(
        Refusal.TOKEN_UNTRUSTED, otherIssuer.with(agents.signer().sign(otherIssuer, NOW)));
    long now = NOW.getEpochSecond();
    String longLived = agents.token(Agents.ISSUER, now, now + 3600);
    TestRequest forAnHour = TestRequest.get().with(IdentityClaims.HEADER, longLived);
    assertRefused(Refusal.TOKEN_UNTRUSTED, forAnHour.with(agents.signer().sign(forAnHour, NOW)));
    String early = agents.token(Agents.ISSUER, now + 11, now + 60);
    TestRequest tooEarly = TestRequest.get().with(IdentityClaims.HEADER, early);
    assertRefused(Refusal.TOKEN_EXPIRED, tooEarly.with(agents.signer().sign(tooEarly, NOW)));
  }

  @Test
  void refusesTokensChangedAfterTheVerifierSignedThem() throws Exception {
    long begin = NOW.getEpochSecond();
    String[] good = agents.token().split("\\.");
    String[] longer = agents.token(Agents.ISSUER, begin, begin + 3000).split("\\.");
    String otherClaims = good[0] + '.' + longer[1] + '.' + good[2];
    String otherSignature = good[0] + '.' + good[1] + '.' + longer[2];
    for (String forged : List.of(otherClaims, otherSignature)) {
      TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, forged);
      assertRefused(Refusal.TOKEN_UNTRUSTED, request.with(agents.signer().sign(request, NOW)));
    }
  }

  @Test
  void refusesTokenSignedByTheSnapshotKey() throws Exception {
    String token = agents.token();
    String payload = token.split("\\.")[1];
    String forged =
        Agents.jws(
            IdentityClaims.TYP,
            agents.snapshotKey,
            java.util.Base64.getUrlDecoder().decode(payload));
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, forged);
    assertRefused(Refusal.TOKEN_UNTRUSTED, request.with(agents.signer().sign(request, NOW)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b", "a.b.c", "a.b.c.d", "e30.e30.AA"})
  void attack47MalformedTokens(String token) throws Exception {
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, token);
    assertRefused(Refusal.TOKEN_MALFORMED, request.with(agents.signer().sign(request, NOW)));
  }

  @Test
  void attack44GiantToken() throws Exception {
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, "a".repeat(100_000));
    assertRefused(Refusal.TOKEN_MALFORMED, request.with(agents.signer().sign(request, NOW)));
  }

  @Test
  void attack44GiantSignatureInput() throws Exception {
    TestRequest request = signed(TestRequest.get());
    assertRefused(
        Refusal.MALFORMED_SIGNATURE,
        request.with("signature-input", "signet=(" + "\"a\" ".repeat(10_000) + ")"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AAECAwQFBgcICQoLDA0O",
        "",
        "AAECAwQFBgcICQoLDA0ODw==",
        "nonce-nonce-nonce-nonc!",
        "+AECAwQFBgcICQoLDA0ODw"
      })
  void refusesShortOrMalformedNonces(String nonce) throws Exception {
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, agents.token());
    assertRefused(
        Refusal.MALFORMED_SIGNATURE, signed(request, SignatureProfile.ALWAYS, parameters(nonce)));
  }

  @Test
  void refusesEverybodyOnStaleTrust() throws Exception {
    Instant later = NOW.plusSeconds(240);
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, agents.token());
    TestRequest signed = request.with(agents.signer().sign(request, later));
    assertThat(refusal(verifier.verify(signed, NONE, trust, later, replays)))
        .isEqualTo(Refusal.TRUST_STALE);
    assertThat(refusal(verifier.verify(signed, NONE, TrustState.none(), later, replays)))
        .isEqualTo(Refusal.TRUST_STALE);
  }

  @Test
  void needsNamesThatAreAuthorities() {
    assertThatIllegalArgumentException().isThrownBy(() -> new RequestVerifier(Set.of(), "https"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RequestVerifier(Set.of("https://a"), "https"));
  }

  private RequestDecision decide(TestRequest request, RequestBody body) {
    return verifier.verify(request, body, trust, NOW, replays);
  }

  private void assertRefused(Refusal reason, TestRequest request) {
    assertThat(refusal(decide(request, NONE))).isEqualTo(reason);
  }

  private static void assertAccepted(RequestDecision decision) {
    assertThat(decision).isInstanceOf(RequestDecision.Accepted.class);
  }

  private static Refusal refusal(RequestDecision decision) {
    return decision instanceof RequestDecision.Refused refused ? refused.reason() : null;
  }

  private TestRequest signed(TestRequest request) throws Exception {
    TestRequest complete = request.with(IdentityClaims.HEADER, agents.token());
    return complete.with(agents.signer().sign(complete, NOW));
  }

  private TestRequest createdAt(int offset, int life) throws Exception {
    Instant created = NOW.plusSeconds(offset);
    long end = created.getEpochSecond() + life;
    TestRequest request = TestRequest.get().with(IdentityClaims.HEADER, agents.token());
    return signed(
        request,
        SignatureProfile.ALWAYS,
        SignatureParameters.NONE
            .created(created)
            .expires(Instant.ofEpochSecond(end))
            .nonce(NONCE.substring(0, 15) + (500000 + offset * 100 + life) + "A")
            .keyid(agents.requestJwk().thumbprint())
            .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
            .tag(SignatureProfile.TAG));
  }

  private SignatureParameters parameters() {
    return parameters(NONCE);
  }

  private SignatureParameters parameters(String nonce) {
    return SignatureParameters.NONE
        .created(NOW)
        .expires(NOW.plusSeconds(60))
        .nonce(nonce)
        .keyid(agents.requestJwk().thumbprint())
        .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
        .tag(SignatureProfile.TAG);
  }

  private TestRequest signed(
      TestRequest request, List<String> components, SignatureParameters parameters)
      throws Exception {
    return request.with(
        new MessageSigner(SignatureProfile.LABEL, agents.rawSigner())
            .sign(request, components.stream().map(CoveredComponent::of).toList(), parameters));
  }
}
