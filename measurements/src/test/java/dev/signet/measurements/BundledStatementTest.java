// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static dev.signet.measurements.Statements.NOW;
import static dev.signet.measurements.Statements.RANDOM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.StatementVerification.Refused;
import dev.signet.measurements.StatementVerification.Verified;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Reference statements that CI signed without a key of its own. */
class BundledStatementTest {
  private static final TestSigstore SIGSTORE = new TestSigstore(NOW);
  private static final byte[] PAYLOAD = Statements.payload(3);
  private static final SigningKey CI = SigningKey.generate(RANDOM);
  private static final SignerPolicy KEYLESS =
      SignerPolicy.keyless(List.of(), List.of(TestSigstore.SIGNER), SIGSTORE.trustedRoot());

  @Test
  void verifiesWhatTheNamedSignerSigned() throws Exception {
    for (byte[] bundle :
        List.of(
            SIGSTORE.bundle().statement(PAYLOAD).encode(),
            SIGSTORE.bundle().inRekor2().statement(PAYLOAD).encode())) {
      assertThat(StatementVerifier.verify(bundle, KEYLESS, NOW))
          .isInstanceOfSatisfying(
              Verified.class,
              v -> {
                assertThat(v.statement().payloadDigest()).isEqualTo(Digest.hash(PAYLOAD));
                assertThat(v.statement().signer()).isEqualTo(TestSigstore.SIGNER.name());
                assertThat(v.statement().securityVersion()).isEqualTo(3);
              });
    }
  }

  @Test
  void bundlesAndEnvelopesUnderOnePolicy() throws Exception {
    SignerPolicy both =
        SignerPolicy.keyless(
            List.of(CI.publicKey()), List.of(TestSigstore.SIGNER), SIGSTORE.trustedRoot());
    assertThat(StatementVerifier.verify(SIGSTORE.bundle().statement(PAYLOAD).encode(), both, NOW))
        .isInstanceOf(Verified.class);
    assertThat(StatementVerifier.verify(CI.sign(PAYLOAD, RANDOM).encode(), both, NOW))
        .isInstanceOf(Verified.class);
  }

  @Test
  void pinnedKeysDoNotSpeakForKeylessSigners() throws Exception {
    assertThat(
            StatementVerifier.verify(
                SIGSTORE.bundle().statement(PAYLOAD).encode(),
                SignerPolicy.pinned(List.of(CI.publicKey())),
                NOW))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.STATEMENT_UNTRUSTED));
    assertThat(StatementVerifier.verify(CI.sign(PAYLOAD, RANDOM).encode(), KEYLESS, NOW))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.STATEMENT_UNTRUSTED));
  }

  @Test
  void attack52StatementBySomebodyElsesWorkflow() {
    refused(
        Refusal.STATEMENT_UNTRUSTED,
        SIGSTORE
            .bundle()
            .by(TestSigstore.ISSUER, "https://ci.test.invalid/evil/fork/.ci/release.yml@main")
            .statement(PAYLOAD)
            .encode());
  }

  @Test
  void attack52StatementByAnotherBuilder() {
    SignerPolicy policy =
        SignerPolicy.keyless(
            List.of(),
            List.of(
                new SignerIdentity(
                    TestSigstore.ISSUER,
                    TestSigstore.IDENTITY,
                    new TreeMap<>(Map.of("runnerEnvironment", "github-hosted")))),
            SIGSTORE.trustedRoot());
    assertThat(
            StatementVerifier.verify(
                SIGSTORE.bundle().claiming(11, "self-hosted").statement(PAYLOAD).encode(),
                policy,
                NOW))
        .isInstanceOfSatisfying(
            Refused.class,
            r -> {
              assertThat(r.reason()).isEqualTo(Refusal.STATEMENT_UNTRUSTED);
              assertThat(r.detail()).contains("runnerEnvironment", "self-hosted");
            });
  }

  /** A log proves that a statement was signed, not that it is the newest one. */
  @Test
  void attack51BundleDoesNotOutliveItsStatement() {
    byte[] bundle = SIGSTORE.bundle().statement(PAYLOAD).encode();
    assertThat(StatementVerifier.verify(bundle, KEYLESS, NOW.plus(Duration.ofHours(2))))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.STATEMENT_EXPIRED));
  }

  @Test
  void refusesABundleOfAnotherSigstore() {
    refused(
        Refusal.STATEMENT_UNTRUSTED, new TestSigstore(NOW).bundle().statement(PAYLOAD).encode());
  }

  @Test
  void refusesASignatureOverTheStatementsFile() {
    refused(Refusal.STATEMENT_UNTRUSTED, SIGSTORE.bundle().artifact(PAYLOAD).encode());
  }

  @Test
  void refusesAnAuthenticBundleWithoutAReferenceStatement() {
    refused(
        Refusal.STATEMENT_MALFORMED,
        SIGSTORE
            .bundle()
            .statement("{\"_type\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .encode());
  }

  @Test
  void refusesAMalformedBundle() {
    refused(
        Refusal.STATEMENT_MALFORMED,
        "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void keylessSignersNeedATrustedRoot() {
    assertThatThrownBy(() -> SignerPolicy.keyless(List.of(), List.of(TestSigstore.SIGNER), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(Refusal reason, byte[] bundle) {
    assertThat(StatementVerifier.verify(bundle, KEYLESS, NOW))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
  }
}
