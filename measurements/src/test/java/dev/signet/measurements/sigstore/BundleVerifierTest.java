// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import static dev.signet.measurements.sigstore.TestSigstore.IDENTITY;
import static dev.signet.measurements.sigstore.TestSigstore.ISSUER;
import static dev.signet.measurements.sigstore.TestSigstore.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.BundleVerification.NotAccepted;
import dev.signet.measurements.sigstore.BundleVerification.Verified;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** What is believed, and whom. */
class BundleVerifierTest {
  static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  static final TestSigstore SIGSTORE = new TestSigstore(NOW);
  static final BundleVerifier VERIFIER = new BundleVerifier(SIGSTORE.trustedRoot());
  static final byte[] FILE = "agent jar bytes".getBytes(StandardCharsets.UTF_8);
  static final byte[] STATEMENT =
      ("{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"agent.jar\","
              + "\"digest\":{\"sha256\":\""
              + Digest.hash(FILE).toHex()
              + "\"}}],\"predicateType\":\"https://example.org/p/v1\",\"predicate\":{}}")
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void believesAStatementInRekorV1() throws Exception {
    VerifiedBundle bundle = verified(statement(SIGSTORE.bundle()));
    assertThat(bundle.signer()).isEqualTo(ISSUER + " " + IDENTITY);
    assertThat(bundle.statement()).contains(Bytes.of(STATEMENT));
    assertThat(bundle.signedAt()).isEqualTo(NOW);
  }

  @Test
  void believesAStatementInRekorV2() throws Exception {
    VerifiedBundle bundle = verified(statement(SIGSTORE.bundle().inRekor2()));
    assertThat(bundle.statement()).contains(Bytes.of(STATEMENT));
    assertThat(bundle.signedAt()).isEqualTo(NOW);
  }

  @Test
  void believesAFileInEitherRekor() throws Exception {
    assertThat(verified(file(SIGSTORE.bundle())).statement()).isEmpty();
    assertThat(verified(file(SIGSTORE.bundle().inRekor2())).statement()).isEmpty();
  }

  @Test
  void believesWhatOldCosignLogged() throws Exception {
    verified(statement(SIGSTORE.bundle().asIntoto()));
  }

  @Test
  void believesATimestampBesideTheLogsTime() throws Exception {
    VerifiedBundle bundle = verified(statement(SIGSTORE.bundle().stampedAt(NOW.minusSeconds(5))));
    assertThat(bundle.signedAt()).isEqualTo(NOW.minusSeconds(5));
  }

  @Test
  void signatureOutlivesItsCertificate() throws Exception {
    var bundle = parse(SIGSTORE.bundle().statement(STATEMENT));
    assertThat(VERIFIER.verifyStatement(bundle, List.of(SIGNER), NOW.plusSeconds(86_400)))
        .isInstanceOf(Verified.class);
  }

  /** Defect D of Sigstore Java 2.0.0: it counts characters where DSSE counts bytes. */
  @Test
  void believesAPayloadThatIsNotAscii() throws Exception {
    byte[] payload =
        new String(STATEMENT, StandardCharsets.UTF_8)
            .replace("\"predicate\":{}", "\"predicate\":{\"für\":\"größere Übel €\"}")
            .getBytes(StandardCharsets.UTF_8);
    verified(verifyStatement(SIGSTORE.bundle().statement(payload)));
    verified(verifyStatement(SIGSTORE.bundle().inRekor2().statement(payload)));
  }

  /** Defect E: cosign 3 writes subjects without a name. */
  @Test
  void believesSubjectWithoutName() throws Exception {
    byte[] payload =
        new String(STATEMENT, StandardCharsets.UTF_8)
            .replace("\"name\":\"agent.jar\",", "")
            .getBytes(StandardCharsets.UTF_8);
    verified(verifyArtifact(SIGSTORE.bundle().statement(payload), FILE));
  }

  /** Defect C: bundles whose signer has a key of his own. */
  @Test
  void believesAPinnedKey() throws Exception {
    KeyPair own = TestKeys.p256();
    PublicJwk pinned = PublicJwk.of((ECPublicKey) own.getPublic());
    for (TestBundle made :
        List.of(
            SIGSTORE.bundle().withKey(own).artifact(FILE),
            SIGSTORE.bundle().withKey(own).statement(STATEMENT),
            SIGSTORE.bundle().withKey(own).inRekor2().artifact(FILE))) {
      assertThat(
              VERIFIER.verifyArtifact(
                  parse(made), List.of(), List.of(pinned), Digest.hash(FILE), NOW))
          .isInstanceOfSatisfying(
              Verified.class, v -> assertThat(v.bundle().signer()).isEqualTo(pinned.thumbprint()));
    }
  }

  @Test
  void believesAMailAddress() throws Exception {
    var made =
        SIGSTORE
            .bundle()
            .leaf(
                leaf ->
                    leaf.names = List.of(new GeneralName(GeneralName.rfc822Name, "ci@example.org")))
            .statement(STATEMENT);
    assertThat(
            VERIFIER.verifyStatement(
                parse(made), List.of(SignerIdentity.of(ISSUER, "ci@example.org")), NOW))
        .isInstanceOf(Verified.class);
  }

  @Test
  void anyOfSeveralSignersWillDo() throws Exception {
    var other = SignerIdentity.of(ISSUER, IDENTITY + "-other");
    assertThat(
            VERIFIER.verifyStatement(
                parse(SIGSTORE.bundle().statement(STATEMENT)), List.of(other, SIGNER), NOW))
        .isInstanceOf(Verified.class);
  }

  @Test
  void attack52OtherIdentityIsNotAccepted() throws Exception {
    notAccepted(
        statement(SIGSTORE.bundle().by(ISSUER, IDENTITY.replace("release", "pull-request"))));
  }

  @Test
  void attack52SameIdentityOfAnotherIssuerIsNotAccepted() throws Exception {
    notAccepted(statement(SIGSTORE.bundle().by("https://evil.test.invalid", IDENTITY)));
  }

  @Test
  void attack52IdentityThatOnlyBeginsTheSameIsNotAccepted() throws Exception {
    notAccepted(statement(SIGSTORE.bundle().by(ISSUER, IDENTITY + "-evil")));
    notAccepted(statement(SIGSTORE.bundle().by(ISSUER + ".evil.test", IDENTITY)));
    notAccepted(
        statement(SIGSTORE.bundle().by(ISSUER, IDENTITY.toUpperCase(java.util.Locale.ROOT))));
  }

  /** What would be a pattern for others is text here: dots match dots only. */
  @Test
  void attack52IdentityIsNoPattern() throws Exception {
    notAccepted(statement(SIGSTORE.bundle().by(ISSUER, IDENTITY.replace('.', 'x'))));
  }

  /** Sigstore Java takes an empty list of matchers for "anybody". */
  @Test
  void attack52NobodyIsBelievedWhereNobodyIsNamed() throws Exception {
    var bundle = parse(SIGSTORE.bundle().statement(STATEMENT));
    assertThat(VERIFIER.verifyStatement(bundle, List.of(), NOW)).isInstanceOf(NotAccepted.class);
    assertThat(VERIFIER.verifyArtifact(bundle, List.of(), List.of(), Digest.hash(FILE), NOW))
        .isInstanceOf(NotAccepted.class);
  }

  @Test
  void attack52OtherBuilderIsNotAccepted() throws Exception {
    SignerIdentity signer =
        new SignerIdentity(
            ISSUER,
            IDENTITY,
            new TreeMap<>(
                Map.of(
                    "sourceRepositoryId", "4711",
                    "runnerEnvironment", "github-hosted",
                    "buildSigner", "https://ci.test.invalid/builders/jar.yml@refs/tags/v3")));
    TestBundle good =
        SIGSTORE
            .bundle()
            .claiming(15, "4711")
            .claiming(11, "github-hosted")
            .claiming(9, "https://ci.test.invalid/builders/jar.yml@refs/tags/v3")
            .statement(STATEMENT);
    assertThat(VERIFIER.verifyStatement(parse(good), List.of(signer), NOW))
        .isInstanceOfSatisfying(
            Verified.class,
            v -> assertThat(v.bundle().claims()).containsEntry("sourceRepositoryId", "4711"));
    for (TestBundle bad :
        List.of(
            SIGSTORE.bundle().statement(STATEMENT),
            SIGSTORE
                .bundle()
                .claiming(15, "4712")
                .claiming(11, "github-hosted")
                .claiming(9, "https://ci.test.invalid/builders/jar.yml@refs/tags/v3")
                .statement(STATEMENT),
            SIGSTORE
                .bundle()
                .claiming(15, "4711")
                .claiming(11, "self-hosted")
                .claiming(9, "https://ci.test.invalid/builders/jar.yml@refs/tags/v3")
                .statement(STATEMENT),
            SIGSTORE
                .bundle()
                .claiming(15, "4711")
                .claiming(11, "github-hosted")
                .claiming(9, "https://ci.test.invalid/builders/jar.yml@refs/heads/evil")
                .statement(STATEMENT))) {
      notAccepted(VERIFIER.verifyStatement(parse(bad), List.of(signer), NOW));
    }
  }

  @Test
  void attack52StatementAboutAnotherArtifactIsNotAccepted() throws Exception {
    assertThat(
            verifyArtifact(
                SIGSTORE.bundle().statement(STATEMENT),
                "another file".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            NotAccepted.class, n -> assertThat(n.mismatch()).isEqualTo(Mismatch.WRONG_ARTIFACT));
    assertThat(
            verifyArtifact(
                SIGSTORE.bundle().artifact(FILE), "another file".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            NotAccepted.class, n -> assertThat(n.mismatch()).isEqualTo(Mismatch.WRONG_ARTIFACT));
  }

  static SigstoreBundle parse(TestBundle made) throws Exception {
    return SigstoreBundle.parse(made.encode(), SigstoreBundle.MAX_BYTES);
  }

  static BundleVerification statement(TestBundle made) throws Exception {
    return verifyStatement(made.statement(STATEMENT));
  }

  static BundleVerification verifyStatement(TestBundle made) throws Exception {
    return VERIFIER.verifyStatement(parse(made), List.of(SIGNER), NOW);
  }

  private static BundleVerification file(TestBundle made) throws Exception {
    return verifyArtifact(made.artifact(FILE), FILE);
  }

  static BundleVerification verifyArtifact(TestBundle made, byte[] file) throws Exception {
    return VERIFIER.verifyArtifact(parse(made), List.of(SIGNER), List.of(), Digest.hash(file), NOW);
  }

  private static VerifiedBundle verified(BundleVerification result) {
    assertThat(result).isInstanceOf(Verified.class);
    return ((Verified) result).bundle();
  }

  private static void notAccepted(BundleVerification result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            NotAccepted.class, n -> assertThat(n.mismatch()).isEqualTo(Mismatch.WRONG_SIGNER));
  }
}
