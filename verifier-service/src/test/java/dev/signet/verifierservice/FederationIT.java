// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ResultRequest;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.SvidResult;
import dev.signet.protocol.TokenRequest;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Database;
import io.spiffe.bundle.jwtbundle.JwtBundle;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.exception.JwtSvidException;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.jwtsvid.JwtSvid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is issued is good for software that knows nothing of Signet, across rotations too. */
class FederationIT {
  private static final TrustDomain DOMAIN = TrustDomain.parse("example.org");
  private static final String PERMITTED =
      "{\"x509\":true,\"wit\":true,\"jwt\":[\"orders\"],\"tokens\":[\"vault\"]}";
  private static final Duration AHEAD = Duration.ofMinutes(25);

  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;
  private SvidCaller caller;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").ready().permitted(PERMITTED);
    caller = new SvidCaller(host, host.attest().token());
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    HttpResponse<byte[]> answer =
        verifier
            .client()
            .send(HttpRequest.newBuilder(verifier.uri(path)).build(), BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().allValues("cache-control")).containsExactly("public, max-age=300");
    return answer;
  }

  private SpiffeBundle bundle() throws Exception {
    return TestVerifier.decode(get("/v1/bundle/all").body(), SpiffeBundle.class);
  }

  private static X509Bundle roots(SpiffeBundle bundle) throws Exception {
    X509Bundle out = new X509Bundle(DOMAIN);
    for (SpiffeBundle.Key key : bundle.keys()) {
      if (key.use().equals(SpiffeBundle.X509_SVID)) {
        out.addX509Authority(
            SvidIT.certificate(Bytes.of(Base64.getDecoder().decode(key.x5c().get(0)))));
      }
    }
    return out;
  }

  private static JwtBundle jwtKeys(SpiffeBundle bundle) throws Exception {
    JwtBundle out = new JwtBundle(DOMAIN);
    for (SpiffeBundle.Key key : bundle.keys()) {
      if (key.use().equals(SpiffeBundle.JWT_SVID)) {
        out.putJwtAuthority(key.kid(), PublicJwk.of(key.x(), key.y()).toPublicKey());
      }
    }
    return out;
  }

  private static List<X509Certificate> chain(SvidResult.X509 svid) throws Exception {
    List<X509Certificate> out = new ArrayList<>();
    for (Bytes der : svid.chain()) {
      out.add(SvidIT.certificate(der));
    }
    return out;
  }

  /**
   * A new attestation after the clock was moved; the snapshot's timer does not follow the clock.
   */
  private void attested(Duration ahead) throws Exception {
    verifier.ahead.set(ahead);
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"key\",\"value\":\""
            + PublicJwk.of(
                    (java.security.interfaces.ECPublicKey)
                        dev.signet.tpmsim.SoftwareTpm.p256().getPublic())
                .thumbprint()
            + "\",\"reason\":\"test\"}");
    caller = new SvidCaller(host, host.attest().token());
  }

  private String kid(String token) throws Exception {
    return SignedJWT.parse(token).getHeader().getKeyID();
  }

  private String token() throws Exception {
    HttpResponse<byte[]> answer = caller.call("/v1/tokens", new TokenRequest("vault", null));
    assertThat(answer.statusCode()).as(TestVerifier.text(answer)).isEqualTo(200);
    return TestVerifier.decode(answer.body(), TokenRequest.Result.class).token();
  }

  private List<String> oidcKids() throws Exception {
    return JWKSet.parse(TestVerifier.text(get("/v1/oidc/keys"))).getKeys().stream()
        .map(k -> k.getKeyID())
        .toList();
  }

  @Test
  void javaSpiffeValidatesAgainstTheBundle() throws Exception {
    SpiffeBundle bundle = bundle();
    assertThat(bundle.refreshHint()).isEqualTo(300);
    SvidResult.X509 svid = caller.svid(caller.x509(null)).x509();
    X509SvidValidator.verifyChain(chain(svid), roots(bundle));
    String jwt = caller.svid(SvidRequest.jwt(List.of("orders"), null)).jwt().token();
    assertThat(JwtSvid.parseAndValidate(jwt, jwtKeys(bundle), Set.of("orders")).getSpiffeId())
        .hasToString(TestHost.AGENT.value());
    assertThatThrownBy(() -> JwtSvid.parseAndValidate(jwt, jwtKeys(bundle), Set.of("other")))
        .isInstanceOf(JwtSvidException.class);
    String wit = caller.svid(caller.wit(null)).wit().token();
    for (String token : List.of(wit, caller.token)) {
      String kid = SignedJWT.parse(token).getHeader().getKeyID();
      SpiffeBundle.Key key =
          bundle.keys().stream().filter(k -> kid.equals(k.kid())).findFirst().orElseThrow();
      assertThat(key.use()).isEqualTo(SpiffeBundle.WIT_SVID);
      requireSigned(token, "wit+jwt", PublicJwk.of(key.x(), key.y()));
    }
  }

  @Test
  void bundleForEveryReaderHasNoKeysOfWitSvids() throws Exception {
    SpiffeBundle common = TestVerifier.decode(get("/v1/bundle").body(), SpiffeBundle.class);
    SpiffeBundle all = bundle();
    assertThat(common.keys())
        .extracting(SpiffeBundle.Key::use)
        .containsExactly(SpiffeBundle.X509_SVID, SpiffeBundle.JWT_SVID);
    assertThat(all.keys())
        .startsWith(common.keys().toArray(SpiffeBundle.Key[]::new))
        .extracting(SpiffeBundle.Key::use)
        .contains(SpiffeBundle.WIT_SVID);
    assertThat(common.sequence()).isEqualTo(all.sequence());
  }

  private static void requireSigned(String token, String typ, PublicJwk key) throws Exception {
    CompactJws jws = CompactJws.parse(token, typ, Limits.TOKEN_BYTES);
    assertThat(
            VerificationKey.p256(key.x().toArray(), key.y().toArray(), SignatureProviders.ofJdk())
                .verify(jws.signingInput(), jws.signature()))
        .isTrue();
  }

  @Test
  void stockOpenIdConnectLibraryAcceptsTokensByDiscovery() throws Exception {
    OIDCProviderMetadata metadata =
        OIDCProviderMetadata.parse(TestVerifier.text(get("/.well-known/openid-configuration")));
    assertThat(metadata.getIssuer().getValue()).isEqualTo(TestVerifier.ISSUER);
    assertThat(metadata.getJWKSetURI().toString()).startsWith(TestVerifier.ISSUER + "/");
    assertThat(metadata.getIDTokenJWSAlgs()).containsExactly(JWSAlgorithm.ES256);
    JWKSet keys = JWKSet.parse(TestVerifier.text(get(metadata.getJWKSetURI().getPath())));
    IDTokenValidator vault =
        new IDTokenValidator(metadata.getIssuer(), new ClientID("vault"), JWSAlgorithm.ES256, keys);
    SignedJWT token = SignedJWT.parse(token());
    assertThat(vault.validate(token, null).getSubject().getValue())
        .isEqualTo(TestHost.AGENT.value());
    IDTokenValidator another =
        new IDTokenValidator(
            new Issuer(TestVerifier.ISSUER), new ClientID("aws"), JWSAlgorithm.ES256, keys);
    assertThatThrownBy(() -> another.validate(token, null)).isInstanceOf(BadJOSEException.class);
    assertThatThrownBy(() -> vault.validate(SignedJWT.parse(caller.token), null))
        .as("an identity token is no ID token")
        .isInstanceOf(BadJOSEException.class);
    assertThat(keys.getKeys()).hasSize(1);
  }

  @Test
  void jwtKeyRotatesWithOverlap() throws Exception {
    String before = token();
    long sequence = bundle().sequence();
    JsonNode rotated = verifier.operator("POST", "/v1/key-rotations", "{\"purpose\":\"jwt\"}");
    String next = rotated.get("kid").asText();
    assertThat(bundle().sequence()).isGreaterThan(sequence);
    assertThat(oidcKids()).containsExactly(kid(before), next);
    assertThat(kid(token())).as("published, and does not sign yet").isEqualTo(kid(before));
    assertThat(
            verifier.reason(
                "POST",
                "/v1/key-rotations",
                TestVerifier.OPERATOR,
                "{\"purpose\":\"jwt\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo("CONFLICT");

    attested(AHEAD.plusSeconds(1));
    String after = token();
    assertThat(kid(after)).isEqualTo(next);
    assertThat(oidcKids()).containsExactly(kid(before), next);

    attested(AHEAD.plus(Limits.FEDERATION_TOKEN_LIFE_MAX).plusSeconds(12));
    assertThat(oidcKids()).containsExactly(next);
    verifier.stop();
    verifier.start();
    assertThat(oidcKids()).containsExactly(next);
    JsonNode log = verifier.operator("GET", "/v1/audit", null).get("decisions");
    assertThat(log.findValuesAsText("act")).containsOnlyOnce("rotate-key");
  }

  @Test
  void rootRotatesWithOverlap() throws Exception {
    SvidResult.X509 before = caller.svid(caller.x509(null)).x509();
    verifier.operator("POST", "/v1/key-rotations", "{\"purpose\":\"x509\"}");
    X509Bundle both = roots(bundle());
    assertThat(both.getX509Authorities()).hasSize(2);
    SvidResult.X509 during = caller.svid(caller.x509(null)).x509();
    assertThat(during.bundle()).hasSize(2);
    assertThat(chain(during).get(0).getIssuerX500Principal())
        .isEqualTo(chain(before).get(0).getIssuerX500Principal());
    attested(AHEAD.plusSeconds(1));
    SvidResult.X509 after = caller.svid(caller.x509(null)).x509();
    assertThat(chain(after).get(0).getIssuerX500Principal())
        .isNotEqualTo(chain(before).get(0).getIssuerX500Principal());
    for (SvidResult.X509 svid : List.of(before, during)) {
      X509SvidValidator.verifyChain(chain(svid), both);
    }
    // The validator looks at the system's clock, which is behind the verifier's.
    chain(after).get(0).verify(SvidIT.certificate(after.bundle().get(1)).getPublicKey());
    attested(AHEAD.plus(Limits.SVID_LIFE_MAX).plusSeconds(12));
    assertThat(roots(bundle()).getX509Authorities()).hasSize(1);
  }

  @Test
  void tokenKeyIsInTheSnapshotBeforeItSigns() throws Exception {
    verifier.operator("POST", "/v1/key-rotations", "{\"purpose\":\"token\"}");
    String trust = TestVerifier.text(verifier.call("GET", "/v1/trust", null, null));
    JsonNode snapshot = SvidIT.claims(trust, "signet-trust+jwt");
    assertThat(snapshot.get("tokenKeys")).hasSize(2);
    String old = kid(caller.token);
    assertThat(kid(host.attest().token())).isEqualTo(old);
    attested(AHEAD.plusSeconds(1));
    assertThat(kid(caller.token)).isNotEqualTo(old);
    assertThat(caller.svid(caller.x509(null)).x509()).isNotNull();
  }

  @Test
  void onlyOperatorsWithTheRoleRotateAndNotWhatOthersPin() throws Exception {
    byte[] jwt = "{\"purpose\":\"jwt\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] snapshot =
        "{\"purpose\":\"snapshot\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(verifier.reason("POST", "/v1/key-rotations", TestVerifier.REGISTRAR, jwt))
        .isEqualTo("NOT_PERMITTED");
    assertThat(verifier.reason("POST", "/v1/key-rotations", TestVerifier.OPERATOR, snapshot))
        .isEqualTo("NOT_PERMITTED");
    assertThat(oidcKids()).hasSize(1);
  }

  @Test
  void attack64RevokedAfterTheCallWasJudgedGood() throws Exception {
    assertThat(caller.svid(caller.x509(null)).x509()).isNotNull();
    // As it is between another's revocation and its snapshot: in the database, not yet in force.
    try (Database database = Database.open(directory.resolve("data/verifier.db"))) {
      database.write(
          tx ->
              Revocations.add(
                  tx,
                  Revocation.Scope.LAUNCH,
                  host.launch.value(),
                  "test",
                  "test",
                  verifier.clock().instant()));
    }
    for (SvidRequest request :
        List.of(caller.x509(null), caller.wit(null), SvidRequest.jwt(List.of("orders"), null))) {
      assertThat(caller.refused("/v1/svids", request)).isEqualTo("REVOKED");
    }
    assertThat(caller.refused("/v1/tokens", new TokenRequest("vault", null))).isEqualTo("REVOKED");
    assertThat(caller.refused("/v1/results", new ResultRequest(Bytes.of(new byte[16]))))
        .isEqualTo("REVOKED");
    JsonNode log = verifier.operator("GET", "/v1/audit", null).get("decisions");
    assertThat(log.get(log.size() - 1).get("detail").asText()).contains("LAUNCH");
  }

  @Test
  void attestationResultIsAnEarInBothDialects() throws Exception {
    Bytes nonce = Bytes.of(TestHost.RANDOM.generateSeed(32));
    HttpResponse<byte[]> answer = caller.call("/v1/results", new ResultRequest(nonce));
    assertThat(answer.statusCode()).as(TestVerifier.text(answer)).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .contains("application/eat+jwt; eat_profile=\"tag:github.com,2023:veraison/ear\"");
    String ear = TestVerifier.text(answer);
    JsonNode published = verifier.operator("GET", "/v1/keys", null).get("keys");
    PublicJwk key = null;
    for (JsonNode k : published) {
      if (k.get("signet_purpose").asText().equals("ear")) {
        key =
            PublicJwk.of(
                Bytes.fromBase64Url(k.get("x").asText()), Bytes.fromBase64Url(k.get("y").asText()));
      }
    }
    requireSigned(ear, "eat+jwt", key);
    JsonNode claims = SvidIT.claims(ear, "eat+jwt");
    assertThat(claims.get("eat_profile").asText()).isEqualTo("tag:github.com,2023:veraison/ear");
    assertThat(claims.get("eat_nonce").asText()).isEqualTo(nonce.toBase64Url());
    assertThat(claims.at("/cnf/jwk/x").asText()).isEqualTo(host.requestKey().x().toBase64Url());
    assertThat(claims.get("exp")).isEqualTo(SvidIT.claims(caller.token, "wit+jwt").get("exp"));
    JsonNode tpm = claims.at("/submods/tpm2");
    assertThat(tpm.get("ear.status").asText()).as("the boot is waived").isEqualTo("warning");
    assertThat(tpm.get("ear.trustworthiness-vector").toString())
        .isEqualTo("{\"hardware\":2,\"instance-identity\":2}");
    assertThat(claims.at("/submods/agent").get("ear.trustworthiness-vector")).isEmpty();

    HttpRequest ietf =
        HttpRequest.newBuilder(
                caller.signed("/v1/results", new ResultRequest(nonce)), (name, value) -> true)
            .header("accept", "application/eat+jwt; eat_profile=\"tag:ietf.org,2026:rats/ear#03\"")
            .build();
    claims = SvidIT.claims(TestVerifier.text(caller.send(ietf)), "eat+jwt");
    assertThat(claims.get("eat_profile").asText()).isEqualTo("tag:ietf.org,2026:rats/ear#03");
    assertThat(claims.get("ear_status").asText()).isEqualTo("warning");
    assertThat(claims.at("/submods/tpm2").get("ear_appraisal_policy_ids").get(0).asText())
        .isEqualTo("urn:signet:boot:waived");
  }

  @Test
  void verifierThatIsNoTrustDomainIssuesNothing() throws Exception {
    verifier.close();
    verifier = new TestVerifier(directory.resolve("second"));
    verifier.svids = "";
    verifier.start();
    host = new TestHost(verifier, "host-1").ready().permitted(PERMITTED);
    caller = new SvidCaller(host, host.attest().token());
    assertThat(caller.refused("/v1/svids", caller.x509(null))).isEqualTo("NOT_PERMITTED");
    assertThat(caller.refused("/v1/tokens", new TokenRequest("vault", null)))
        .isEqualTo("NOT_PERMITTED");
    assertThat(verifier.reason("GET", "/v1/bundle", null, null)).isEqualTo("NOT_FOUND");
    assertThat(verifier.reason("GET", "/v1/bundle/all", null, null)).isEqualTo("NOT_FOUND");
    assertThat(verifier.reason("GET", "/.well-known/openid-configuration", null, null))
        .isEqualTo("NOT_FOUND");
  }
}
