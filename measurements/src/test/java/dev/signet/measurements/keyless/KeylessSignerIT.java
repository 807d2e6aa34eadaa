// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.StatementDraft;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import dev.signet.measurements.sigstore.TestServices;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing with a Sigstore of our own on loopback. */
class KeylessSignerIT {
  private static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  private static final TestSigstore SIGSTORE = new TestSigstore(NOW);
  private static final String TOKEN =
      TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY);
  private static final byte[] STATEMENT =
      StatementDraft.write(
          new StatementDraft(
                  new AgentId("spiffe://example.org/agent/billing"),
                  "1.2.3-ü",
                  3,
                  NOW.minusSeconds(60),
                  NOW.plusSeconds(3600),
                  null,
                  List.of())
              .about(
                  "agent.jar",
                  new JarMeasurement.Measured(Digest.hash(new byte[3]), 3, "acme.Agent")));

  private TestServices services;

  @BeforeEach
  void start() throws IOException {
    services = new TestServices(SIGSTORE);
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void signsWithEitherRekor(int rekor) throws Exception {
    KeylessSigner.Signed signed =
        signer(services.signingConfig(rekor), SIGSTORE.trustedRoot())
            .sign(STATEMENT, IdentityToken.parse(TOKEN + "\n"));
    assertThat(signed.signer()).isEqualTo(TestSigstore.SIGNER);
    SignerPolicy policy =
        SignerPolicy.keyless(List.of(), List.of(TestSigstore.SIGNER), SIGSTORE.trustedRoot());
    assertThat(StatementVerifier.verify(signed.bundle(), policy, NOW))
        .isInstanceOfSatisfying(
            StatementVerification.Verified.class,
            v -> assertThat(v.statement().payloadDigest()).isEqualTo(Digest.hash(STATEMENT)));
  }

  @Test
  void givesOutNothingThatDoesNotVerify() throws Exception {
    KeylessSigner signer = signer(services.signingConfig(1), new TestSigstore(NOW).trustedRoot());
    assertThatThrownBy(() -> signer.sign(STATEMENT, IdentityToken.parse(TOKEN)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not verify");
  }

  @Test
  void logsNothingThatIsNoReferenceStatement() throws Exception {
    KeylessSigner signer = signer(services.signingConfig(1), SIGSTORE.trustedRoot());
    assertThatThrownBy(
            () -> signer.sign("{}".getBytes(StandardCharsets.UTF_8), IdentityToken.parse(TOKEN)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void tellsWhatAServiceRefused() throws Exception {
    KeylessSigner signer = signer(services.signingConfig(1), SIGSTORE.trustedRoot());
    String withoutProof = TestServices.token(TestSigstore.ISSUER, "somebody");
    IdentityToken token = IdentityToken.parse(withoutProof);
    services.close();
    assertThatThrownBy(() -> signer.sign(STATEMENT, token)).isInstanceOf(IOException.class);
    assertThat(token.toString()).doesNotContain(withoutProof.split("\\.")[1]);
  }

  @Test
  void githubGivesAJobItsToken() throws Exception {
    IdentityToken token =
        IdentityTokens.ofJob(
                Map.of(
                    "ACTIONS_ID_TOKEN_REQUEST_URL",
                    services.url() + "/token?api-version=2.0",
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                    "of-the-job"))
            .orElseThrow();
    assertThat(Bytes.of(token.subject())).isEqualTo(Bytes.utf8(TestSigstore.IDENTITY));
    assertThatThrownBy(
            () ->
                IdentityTokens.ofJob(
                    Map.of(
                        "ACTIONS_ID_TOKEN_REQUEST_URL",
                        services.url() + "/token?api-version=2.0",
                        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                        "of-another")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("status 400: not your token");
  }

  @Test
  void gitlabGivesAJobItsToken() throws Exception {
    assertThat(IdentityTokens.ofJob(Map.of("SIGSTORE_ID_TOKEN", TOKEN))).isPresent();
    assertThat(IdentityTokens.ofJob(Map.of())).isEmpty();
  }

  @Test
  void tokensAreNotSentInTheClear() throws Exception {
    byte[] config =
        new String(services.signingConfig(1), StandardCharsets.UTF_8)
            .replace("http://127.0.0.1", "http://fulcio.test.invalid")
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () ->
                signer(config, SIGSTORE.trustedRoot()).sign(STATEMENT, IdentityToken.parse(TOKEN)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected https");
  }

  @Test
  void refusesASigningConfigThatItCannotFollow() throws Exception {
    String config = new String(services.signingConfig(2), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            config.replace("signingconfig.v0.2", "signingconfig.v0.3"),
            config.replaceFirst("\"ANY\"", "\"SOME\""),
            config.replaceFirst("\"selector\":\"ANY\"", "\"selector\":\"EXACT\",\"count\":2"),
            config.replaceFirst("\"operator\"", "\"colour\""))) {
      assertThatThrownBy(() -> SigningConfig.parse(bad.getBytes(StandardCharsets.UTF_8)))
          .as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
    for (String useless :
        List.of(
            config.replace("\"start\":\"2026-11-20", "\"start\":\"2027-11-20"),
            config.replace("\"majorApiVersion\":1", "\"majorApiVersion\":7"),
            config.replace("\"start\":\"2026-11-20", "\"start\":\"yesterday"))) {
      assertThatThrownBy(
              () ->
                  signer(useless.getBytes(StandardCharsets.UTF_8), SIGSTORE.trustedRoot())
                      .sign(STATEMENT, IdentityToken.parse(TOKEN)))
          .as(useless)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void refusesWhatIsNoToken() {
    for (String text : List.of("", "a.b", "a.b.c", "a.e30.c", "x".repeat(20_000))) {
      assertThatThrownBy(() -> IdentityToken.parse(text))
          .isInstanceOf(MalformedMessageException.class)
          .hasNoCause();
    }
  }

  private static KeylessSigner signer(byte[] config, TrustedRoot root)
      throws MalformedMessageException {
    return new KeylessSigner(
        SigningConfig.parse(config), root, InstantSource.fixed(NOW), new SecureRandom());
  }
}
