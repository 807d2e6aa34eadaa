// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import static dev.signet.measurements.sigstore.BundleVerifierTest.FILE;
import static dev.signet.measurements.sigstore.BundleVerifierTest.NOW;
import static dev.signet.measurements.sigstore.BundleVerifierTest.SIGSTORE;
import static dev.signet.measurements.sigstore.BundleVerifierTest.STATEMENT;
import static dev.signet.measurements.sigstore.BundleVerifierTest.VERIFIER;
import static dev.signet.measurements.sigstore.TestSigstore.IDENTITY;
import static dev.signet.measurements.sigstore.TestSigstore.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerification.NotAuthentic;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** Bundles of which nothing is to be believed. */
class BundleRefusalsTest {
  private static final TestSigstore STRANGER = new TestSigstore(NOW);
  private static final byte[] OTHER =
      new String(STATEMENT, StandardCharsets.UTF_8)
          .replace("agent.jar", "other.jar")
          .getBytes(StandardCharsets.UTF_8);

  // Certificates.

  @Test
  void certificateOfAnotherAuthority() throws Exception {
    refused(Flaw.CERTIFICATE_UNTRUSTED, good().issuedBy(STRANGER.authority));
  }

  @Test
  void certificateThatNoLogPromised() throws Exception {
    refused(Flaw.CERTIFICATE_UNTRUSTED, good().leaf(leaf -> leaf.certificateLog = null));
  }

  @Test
  void certificatePromisedByAnUnknownLog() throws Exception {
    refused(
        Flaw.CERTIFICATE_UNTRUSTED,
        good().leaf(leaf -> leaf.certificateLog = STRANGER.authority.logKey));
  }

  /** Defect L: Sigstore Java does not look at it. */
  @Test
  void certificateThatIsNotForSigningCode() throws Exception {
    refused(Flaw.CERTIFICATE_UNTRUSTED, good().leaf(leaf -> leaf.purpose = null));
    refused(
        Flaw.CERTIFICATE_UNTRUSTED,
        good().leaf(leaf -> leaf.purpose = KeyPurposeId.id_kp_serverAuth));
  }

  @Test
  void certificateFromBeforeTheAuthority() throws Exception {
    refused(
        Flaw.CERTIFICATE_UNTRUSTED,
        good().issuedFor(SIGSTORE.epoch.minusSeconds(3600), Duration.ofDays(3)));
  }

  @Test
  void certificateWithTwoNames() throws Exception {
    refused(
        Flaw.BUNDLE_MALFORMED,
        good()
            .leaf(
                leaf ->
                    leaf.names =
                        List.of(TestBundle.uri(IDENTITY), TestBundle.uri("https://evil.invalid"))));
  }

  @Test
  void certificateWithANameOfAnotherKind() throws Exception {
    refused(
        Flaw.BUNDLE_UNSUPPORTED,
        good()
            .leaf(
                leaf -> leaf.names = List.of(new GeneralName(GeneralName.dNSName, "ci.invalid"))));
  }

  @Test
  void certificateWithTwoIssuersThatDiffer() throws Exception {
    refused(
        Flaw.BUNDLE_MALFORMED, good().leaf(leaf -> leaf.oldIssuer = "https://evil.test.invalid"));
  }

  @Test
  void certificateWithoutAnIssuer() throws Exception {
    refused(Flaw.BUNDLE_MALFORMED, good().leaf(leaf -> leaf.claims.remove(8)));
  }

  @Test
  void certificateWithAKeyOnAnotherCurve() throws Exception {
    refused(Flaw.BUNDLE_UNSUPPORTED, good().signedWith(TestKeys.ec("secp384r1")));
  }

  @Test
  void certificateWithBytesBehindIt() throws Exception {
    ObjectNode bundle = good().make();
    ObjectNode certificate = (ObjectNode) bundle.at("/verificationMaterial/certificate");
    byte[] der = java.util.Base64.getDecoder().decode(certificate.get("rawBytes").textValue());
    certificate.put("rawBytes", TestKeys.base64(TestLog.concat(der, new byte[1])));
    refused(Flaw.BUNDLE_MALFORMED, bundle);
  }

  // Time.

  /** Defect A of Sigstore Java 2.0.0: it never compares the two. */
  @Test
  void loggedAfterTheCertificateExpired() throws Exception {
    refused(Flaw.TIME_INVALID, good().issuedFor(NOW.minusSeconds(3600), Duration.ofMinutes(10)));
  }

  @Test
  void loggedBeforeTheCertificateWasIssued() throws Exception {
    refused(Flaw.TIME_INVALID, good().loggedAt(NOW.minusSeconds(3600)));
  }

  @Test
  void loggedInTheFuture() throws Exception {
    refused(
        Flaw.TIME_INVALID, good().issuedFor(NOW, Duration.ofDays(1)).loggedAt(NOW.plusSeconds(61)));
  }

  @Test
  void timestampOutsideTheCertificatesValidity() throws Exception {
    refused(Flaw.TIME_INVALID, good().inRekor2().stampedAt(NOW.plusSeconds(3600)));
    refused(Flaw.TIME_INVALID, good().inRekor2().stampedAt(NOW.minusSeconds(3600)));
  }

  @Test
  void oneBadTimeBesideAGoodOne() throws Exception {
    refused(Flaw.TIME_INVALID, good().stampedAt(NOW.minusSeconds(3600)));
  }

  @Test
  void rekorV2WithoutATimestamp() throws Exception {
    refused(Flaw.TIME_INVALID, good().inRekor2().stampedAt(null));
  }

  @Test
  void timestampOfAnotherAuthority() throws Exception {
    refused(Flaw.TIME_INVALID, good().inRekor2().stampedBy(STRANGER.timestamps));
  }

  @Test
  void timestampOverAnotherSignature() throws Exception {
    refused(
        Flaw.TIME_INVALID,
        good().inRekor2().stampedSignature(s -> "another".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void timestampFromBeforeTheAuthority() throws Exception {
    refused(Flaw.TIME_INVALID, good().stampedAt(SIGSTORE.epoch.minusSeconds(60)));
  }

  /** Defect G: an exception that nobody declared. */
  @Test
  void timestampThatIsNone() throws Exception {
    ObjectNode bundle = good().inRekor2().make();
    ObjectNode token =
        (ObjectNode)
            bundle.at("/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0");
    token.put("signedTimestamp", "MAMCAQA=");
    refused(Flaw.TIME_INVALID, bundle);
  }

  /** Defect H: Sigstore Java never asks when a log was in use. */
  @Test
  void logThatWasNotInUseAnyMore() throws Exception {
    ObjectNode root = SIGSTORE.trustedRootJson();
    ((ObjectNode) root.at("/tlogs/0/publicKey/validFor"))
        .put("end", NOW.minusSeconds(1).toString());
    ((ObjectNode) root.at("/tlogs/1/publicKey/validFor"))
        .put("end", NOW.minusSeconds(1).toString());
    BundleVerifier verifier = new BundleVerifier(TestSigstore.parse(root));
    refused(verifier, Flaw.TIME_INVALID, good().make());
    refused(verifier, Flaw.TIME_INVALID, good().inRekor2().make());
  }

  // The log.

  @Test
  void noLogEntry() throws Exception {
    ObjectNode bundle = good().make();
    ((ObjectNode) bundle.get("verificationMaterial")).putArray("tlogEntries");
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  @Test
  void entryOfAnUnknownLog() throws Exception {
    refused(Flaw.LOG_UNTRUSTED, good().loggedIn(STRANGER.rekor1));
    refused(Flaw.LOG_UNTRUSTED, good().inRekor2().loggedIn(STRANGER.rekor2));
  }

  @Test
  void entryOfAnImpostorWithTheLogsName() throws Exception {
    TestLog impostor = new TestLog(SIGSTORE.rekor1.host, TestKeys.p256());
    ObjectNode bundle = good().loggedIn(impostor).make();
    ((ObjectNode) entry(bundle).get("logId")).put("keyId", TestKeys.base64(SIGSTORE.rekor1.id()));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  @Test
  void promiseThatIsForged() throws Exception {
    ObjectNode bundle = good().make();
    entry(bundle).put("integratedTime", Long.toString(NOW.getEpochSecond() - 1));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  @Test
  void promiseThatIsMissing() throws Exception {
    ObjectNode bundle = good().make();
    entry(bundle).remove("inclusionPromise");
    refused(Flaw.TIME_INVALID, bundle);
  }

  @Test
  void timeInRekorV2ThatNobodySigned() throws Exception {
    ObjectNode bundle = good().inRekor2().make();
    entry(bundle).put("integratedTime", Long.toString(NOW.getEpochSecond()));
    refused(Flaw.BUNDLE_MALFORMED, bundle);
  }

  @Test
  void indexInRekorV2ThatIsNotProved() throws Exception {
    ObjectNode bundle = good().inRekor2().make();
    entry(bundle).put("logIndex", "12345");
    refused(Flaw.BUNDLE_MALFORMED, bundle);
  }

  @Test
  void inclusionProofThatIsForged() throws Exception {
    ObjectNode bundle = good().make();
    ArrayNode hashes = (ArrayNode) entry(bundle).at("/inclusionProof/hashes");
    hashes.set(0, hashes.textNode(TestKeys.base64(new byte[32])));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  /** The library would take a leaf for the whole tree. */
  @Test
  void inclusionProofThatIsTooShort() throws Exception {
    ObjectNode bundle = good().make();
    ObjectNode proof = (ObjectNode) entry(bundle).get("inclusionProof");
    proof.putArray("hashes");
    proof.put(
        "rootHash",
        TestKeys.base64(
            TestLog.leafHash(
                java.util.Base64.getDecoder()
                    .decode(entry(bundle).get("canonicalizedBody").textValue()))));
    malformed(bundle);
  }

  @Test
  void inclusionProofIsMissing() throws Exception {
    ObjectNode bundle = good().make();
    entry(bundle).remove("inclusionProof");
    malformed(bundle);
  }

  @Test
  void checkpointOfAnotherLog() throws Exception {
    ObjectNode bundle = good().make();
    ObjectNode foreign = good().loggedIn(STRANGER.rekor1).make();
    ((ObjectNode) entry(bundle).get("inclusionProof"))
        .set("checkpoint", entry(foreign).at("/inclusionProof/checkpoint"));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  @Test
  void checkpointOfAnotherTreeOfTheSameLog() throws Exception {
    ObjectNode bundle = good().make();
    ObjectNode later = good().make();
    ((ObjectNode) entry(bundle).get("inclusionProof"))
        .set("checkpoint", entry(later).at("/inclusionProof/checkpoint"));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  @Test
  void checkpointOfAnotherSizeThanTheProof() throws Exception {
    ObjectNode bundle = good().make();
    ObjectNode proof = (ObjectNode) entry(bundle).get("inclusionProof");
    byte[] root = java.util.Base64.getDecoder().decode(proof.get("rootHash").textValue());
    ((ObjectNode) proof.get("checkpoint")).put("envelope", SIGSTORE.rekor1.checkpoint(4711, root));
    refused(Flaw.LOG_UNTRUSTED, bundle);
  }

  /** Defect G: an exception that nobody declared. */
  @Test
  void checkpointThatIsNone() throws Exception {
    for (String text : List.of("", "a\n\nb", "x\n1\n!\n\n\u2014 x AA==\n", "\n\n\n\n")) {
      ObjectNode bundle = good().make();
      ((ObjectNode) entry(bundle).at("/inclusionProof/checkpoint")).put("envelope", text);
      refused(Flaw.LOG_UNTRUSTED, bundle);
    }
  }

  // The log's entry and the content.

  @Test
  void entryAboutAnotherPayload() throws Exception {
    refused(Flaw.LOG_ENTRY_MISMATCH, good().loggedContent(c -> OTHER));
    refused(Flaw.LOG_ENTRY_MISMATCH, good().asIntoto().loggedContent(c -> OTHER));
    refused(Flaw.LOG_ENTRY_MISMATCH, good().inRekor2().loggedContent(c -> OTHER));
    refusedFile(
        Flaw.LOG_ENTRY_MISMATCH, SIGSTORE.bundle().artifact(FILE).loggedContent(c -> OTHER));
  }

  @Test
  void entryByAnotherSigner() throws Exception {
    ObjectNode mine = good().make();
    ObjectNode theirs = good().make();
    ((ArrayNode) mine.at("/verificationMaterial/tlogEntries")).set(0, entry(theirs));
    refused(Flaw.LOG_ENTRY_MISMATCH, mine);
    ObjectNode mine2 = good().inRekor2().make();
    ObjectNode theirs2 = good().inRekor2().make();
    ((ArrayNode) mine2.at("/verificationMaterial/tlogEntries")).set(0, entry(theirs2));
    refused(Flaw.LOG_ENTRY_MISMATCH, mine2);
  }

  @Test
  void entryWithAnotherSignature() throws Exception {
    refused(
        Flaw.LOG_ENTRY_MISMATCH,
        good()
            .loggedBody(
                body -> ((ObjectNode) body.at("/spec/signatures/0")).put("signature", "AAAA")));
  }

  @Test
  void entryThatSaysItIsOfAnotherKind() throws Exception {
    ObjectNode bundle = good().make();
    ((ObjectNode) entry(bundle).get("kindVersion")).put("kind", "hashedrekord");
    refused(Flaw.LOG_ENTRY_MISMATCH, bundle);
  }

  /** The kind beside the body is signed by nobody. */
  @Test
  void entryWhoseBodyIsOfAnotherKindOrVersion() throws Exception {
    refused(Flaw.LOG_ENTRY_MISMATCH, good().loggedBody(body -> body.put("kind", "intoto")));
    refused(Flaw.LOG_ENTRY_MISMATCH, good().loggedBody(body -> body.put("apiVersion", "0.0.9")));
  }

  @Test
  void entryThatNamesAnotherSigner() throws Exception {
    String pem =
        TestKeys.base64(TestKeys.pem("PUBLIC KEY", TestKeys.p256().getPublic().getEncoded()));
    refused(
        Flaw.LOG_ENTRY_MISMATCH,
        good()
            .loggedBody(body -> ((ObjectNode) body.at("/spec/signatures/0")).put("verifier", pem)));
    refused(
        Flaw.LOG_ENTRY_MISMATCH,
        good()
            .asIntoto()
            .loggedBody(
                body ->
                    ((ObjectNode) body.at("/spec/content/envelope/signatures/0"))
                        .put("publicKey", pem)));
    refused(
        Flaw.LOG_ENTRY_MISMATCH,
        good()
            .inRekor2()
            .loggedBody(
                body ->
                    ((ObjectNode)
                            body.at("/spec/hashedRekordV002/signature/verifier/x509Certificate"))
                        .put("rawBytes", "AAAA")));
    refusedFile(
        Flaw.LOG_ENTRY_MISMATCH,
        SIGSTORE
            .bundle()
            .artifact(FILE)
            .loggedBody(
                body -> ((ObjectNode) body.at("/spec/signature/publicKey")).put("content", pem)));
  }

  @Test
  void entryOfAnUnknownKind() throws Exception {
    for (String version : List.of("0.0.2", "0.0.3")) { // no current log makes dsse 0.0.2
      ObjectNode bundle = good().loggedBody(body -> body.put("apiVersion", version)).make();
      ((ObjectNode) entry(bundle).get("kindVersion")).put("version", version);
      refused(Flaw.BUNDLE_UNSUPPORTED, bundle);
    }
  }

  /** Defect I and J: what the library leaves to its caller. */
  @Test
  void otherPayloadThanWasSigned() throws Exception {
    ObjectNode bundle = good().make();
    ((ObjectNode) bundle.get("dsseEnvelope")).put("payload", TestKeys.base64(OTHER));
    refused(Flaw.SIGNATURE_INVALID, bundle);
  }

  @Test
  void signatureThatIsNone() throws Exception {
    for (byte[] signature : List.of(new byte[] {0}, new byte[64], new byte[512])) {
      ObjectNode bundle = good().make();
      ((ObjectNode) bundle.at("/dsseEnvelope/signatures/0")).put("sig", TestKeys.base64(signature));
      refused(Flaw.SIGNATURE_INVALID, bundle);
    }
  }

  @Test
  void payloadOfAnotherType() throws Exception {
    refused(Flaw.BUNDLE_UNSUPPORTED, good().payloadType("application/json"));
  }

  @Test
  void fileSignatureWhereAStatementIsExpected() throws Exception {
    refused(Flaw.BUNDLE_UNSUPPORTED, SIGSTORE.bundle().artifact(FILE));
  }

  @Test
  void digestThatIsNotTheSignedOne() throws Exception {
    ObjectNode bundle = SIGSTORE.bundle().artifact(FILE).make();
    ((ObjectNode) bundle.at("/messageSignature/messageDigest"))
        .put("digest", TestKeys.base64(TestKeys.sha256(OTHER)));
    assertThat(
            VERIFIER.verifyArtifact(
                parse(bundle), List.of(SIGNER), List.of(), Digest.hash(OTHER), NOW))
        .isInstanceOfSatisfying(
            NotAuthentic.class, n -> assertThat(n.flaw()).isEqualTo(Flaw.SIGNATURE_INVALID));
  }

  @Test
  void keyThatNobodyPinned() throws Exception {
    KeyPair own = TestKeys.p256();
    PublicJwk other = PublicJwk.of((ECPublicKey) TestKeys.p256().getPublic());
    for (List<PublicJwk> pinned : List.of(List.<PublicJwk>of(), List.of(other))) {
      assertThat(
              VERIFIER.verifyArtifact(
                  BundleVerifierTest.parse(SIGSTORE.bundle().withKey(own).artifact(FILE)),
                  List.of(SIGNER),
                  pinned,
                  Digest.hash(FILE),
                  NOW))
          .isInstanceOfSatisfying(
              NotAuthentic.class, n -> assertThat(n.flaw()).isEqualTo(Flaw.SIGNATURE_INVALID));
    }
  }

  private static TestBundle good() {
    return SIGSTORE.bundle().statement(STATEMENT);
  }

  private static ObjectNode entry(ObjectNode bundle) {
    return (ObjectNode) bundle.at("/verificationMaterial/tlogEntries/0");
  }

  private static SigstoreBundle parse(ObjectNode bundle) throws Exception {
    return SigstoreBundle.parse(
        bundle.toString().getBytes(StandardCharsets.UTF_8), SigstoreBundle.MAX_BYTES);
  }

  private static void malformed(ObjectNode bundle) {
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> parse(bundle)))
        .isInstanceOf(dev.signet.protocol.MalformedMessageException.class);
  }

  private static void refused(Flaw flaw, TestBundle bundle) throws Exception {
    refused(flaw, bundle.make());
  }

  private static void refused(Flaw flaw, ObjectNode bundle) throws Exception {
    refused(VERIFIER, flaw, bundle);
  }

  private static void refused(BundleVerifier verifier, Flaw flaw, ObjectNode bundle)
      throws Exception {
    assertThat(verifier.verifyStatement(parse(bundle), List.of(SIGNER), NOW))
        .isInstanceOfSatisfying(
            NotAuthentic.class, n -> assertThat(n.flaw()).as(n.detail()).isEqualTo(flaw));
  }

  private static void refusedFile(Flaw flaw, TestBundle bundle) throws Exception {
    assertThat(BundleVerifierTest.verifyArtifact(bundle, FILE))
        .isInstanceOfSatisfying(
            NotAuthentic.class, n -> assertThat(n.flaw()).as(n.detail()).isEqualTo(flaw));
  }
}
