// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import static dev.signet.measurements.sigstore.BundleVerifierTest.FILE;
import static dev.signet.measurements.sigstore.BundleVerifierTest.NOW;
import static dev.signet.measurements.sigstore.BundleVerifierTest.SIGSTORE;
import static dev.signet.measurements.sigstore.BundleVerifierTest.STATEMENT;
import static dev.signet.measurements.sigstore.BundleVerifierTest.VERIFIER;
import static dev.signet.measurements.sigstore.TestSigstore.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.measurements.sigstore.BundleVerification.Verified;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is refused before anything is checked. */
class SigstoreBundleTest {
  private static final byte[] V1 = SIGSTORE.bundle().statement(STATEMENT).encode();
  private static final byte[] V2 = SIGSTORE.bundle().inRekor2().artifact(FILE).encode();

  private static final long INDEX_1 = index(V1);
  private static final long INDEX_2 = index(V2);

  private static long index(byte[] bundle) {
    return Long.parseLong(entry(json(bundle)).get("logIndex").textValue());
  }

  @Test
  void acceptsTheMediaTypesOfAllVersions() throws Exception {
    for (String type :
        List.of(
            "application/vnd.dev.sigstore.bundle+json;version=0.1",
            "application/vnd.dev.sigstore.bundle+json;version=0.2",
            "application/vnd.dev.sigstore.bundle+json;version=0.3",
            "application/vnd.dev.sigstore.bundle.v0.3+json")) {
      parse(b -> b.put("mediaType", type));
    }
  }

  @Test
  void refusesUnknownMediaType() {
    refused(b -> b.put("mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json"));
    refused(b -> b.put("mediaType", "application/json"));
    refused(b -> b.remove("mediaType"));
  }

  @Test
  void refusesUnknownMembers() {
    refused(b -> b.put("extension", 1));
    refused(b -> material(b).put("extension", 1));
    refused(b -> entry(b).put("extension", 1));
    refused(b -> ((ObjectNode) b.get("dsseEnvelope")).put("extension", 1));
  }

  @Test
  void refusesDuplicateMembers() {
    String twice =
        new String(V1, StandardCharsets.UTF_8)
            .replaceFirst("\"payload\":", "\"payload\":\"AAAA\",\"payload\":");
    assertThatThrownBy(
            () ->
                SigstoreBundle.parse(
                    twice.getBytes(StandardCharsets.UTF_8), SigstoreBundle.MAX_BYTES))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesTwoLogEntries() {
    refused(b -> entries(b).add(entry(b).deepCopy()));
  }

  @Test
  void refusesTwoSignatures() {
    refused(
        b -> {
          ArrayNode signatures = (ArrayNode) b.at("/dsseEnvelope/signatures");
          signatures.add(signatures.get(0).deepCopy());
        });
    refused(b -> ((ObjectNode) b.get("dsseEnvelope")).putArray("signatures"));
  }

  @Test
  void refusesTwoContentsOrNone() {
    refused(b -> b.remove("dsseEnvelope"));
    refused(b -> b.set("messageSignature", json(V2).get("messageSignature")));
  }

  @Test
  void refusesTwoSignersOrNone() {
    refused(b -> material(b).remove("certificate"));
    refused(b -> material(b).putObject("publicKey").put("hint", "x"));
    refused(b -> material(b).putObject("x509CertificateChain").putArray("certificates"));
  }

  /** Only the leaf: a bundle's own authorities are nobody's. */
  @Test
  void refusesAChain() {
    refused(
        b -> {
          ObjectNode leaf = (ObjectNode) material(b).remove("certificate");
          material(b)
              .putObject("x509CertificateChain")
              .putArray("certificates")
              .add(leaf)
              .add(leaf.deepCopy());
        });
    refused(
        b -> {
          material(b).remove("certificate");
          material(b).putObject("x509CertificateChain").putArray("certificates");
        });
  }

  @Test
  void refusesNumbersThatAreNone() {
    for (String text : List.of("-1", "01", "1.0", "", "9999999999999999999", "0x1", "1e3")) {
      refused(b -> entry(b).put("logIndex", text));
      refused(b -> ((ObjectNode) entry(b).get("inclusionProof")).put("treeSize", text));
    }
    refused(b -> entry(b).put("logIndex", -1));
    refused(b -> entry(b).put("logIndex", 1.5));
  }

  @Test
  void refusesAnIndexOutsideTheTree() {
    refused(b -> ((ObjectNode) entry(b).get("inclusionProof")).put("treeSize", "1"));
    refused(b -> ((ObjectNode) entry(b).get("inclusionProof")).put("treeSize", "0"));
  }

  @Test
  void refusesBase64OfOtherForms() {
    for (String text : List.of("", "AAA", "AB==", "A-_A", "AAAA\n", "AAAA=", "!")) {
      refused(b -> ((ObjectNode) b.get("dsseEnvelope")).put("payload", text));
      refused(b -> entry(b).put("canonicalizedBody", text));
    }
  }

  @Test
  void refusesMoreThanItsBounds() {
    assertThatThrownBy(() -> SigstoreBundle.parse(V1, V1.length - 1))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most");
    refused(
        b -> {
          ArrayNode tokens =
              material(b).putObject("timestampVerificationData").putArray("rfc3161Timestamps");
          for (int i = 0; i < 9; i++) {
            tokens.addObject().put("signedTimestamp", "AAAA");
          }
        });
    refused(
        b ->
            ((ObjectNode) entry(b).at("/inclusionProof/checkpoint"))
                .put("envelope", "x".repeat(20_000)));
    refused(
        b -> {
          ArrayNode hashes = (ArrayNode) entry(b).at("/inclusionProof/hashes");
          for (int i = 0; i < 65; i++) {
            hashes.add(TestKeys.base64(new byte[32]));
          }
        });
  }

  @Test
  void pathLengthIsThatOfTheTree() {
    // Leaves of a tree of 7: RFC 6962 section 2.1.3, whose figure has one.
    int[] lengths = {3, 3, 3, 3, 3, 3, 2};
    for (int i = 0; i < lengths.length; i++) {
      assertThat(LogEntry.Proof.pathLength(i, 7)).as("leaf " + i).isEqualTo(lengths[i]);
    }
    assertThat(LogEntry.Proof.pathLength(0, 1)).isZero();
    assertThat(LogEntry.Proof.pathLength(4, 5)).isEqualTo(1);
  }

  /**
   * Nothing unchecked escapes. A few bytes of a timestamp response are signed by nobody; whatever
   * is claimed of a bundle is.
   */
  @Property(tries = 400)
  void aChangedByteIsRefusedOrChangesNothing(
      @ForAll @IntRange(min = 0, max = 100_000) int at,
      @ForAll @IntRange(min = 1, max = 255) int change,
      @ForAll boolean second) {
    byte[] bundle = (second ? V2 : V1).clone();
    int index = at % bundle.length;
    bundle[index] ^= (byte) change;
    try {
      SigstoreBundle parsed = SigstoreBundle.parse(bundle, SigstoreBundle.MAX_BYTES);
      if (VERIFIER.verifyArtifact(parsed, List.of(SIGNER), List.of(), Digest.hash(FILE), NOW)
          instanceof Verified(VerifiedBundle verified)) {
        assertThat(verified.signer()).isEqualTo(SIGNER.name());
        assertThat(verified.signedAt()).isEqualTo(NOW);
        assertThat(verified.statement())
            .isEqualTo(second ? Optional.empty() : Optional.of(Bytes.of(STATEMENT)));
        assertThat(verified.logIndex()).isEqualTo(second ? INDEX_2 : INDEX_1);
      }
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageNotContaining("dev.sigstore");
    }
  }

  private static SigstoreBundle parse(Consumer<ObjectNode> change)
      throws MalformedMessageException {
    ObjectNode bundle = json(V1);
    change.accept(bundle);
    return SigstoreBundle.parse(
        bundle.toString().getBytes(StandardCharsets.UTF_8), SigstoreBundle.MAX_BYTES);
  }

  private static void refused(Consumer<ObjectNode> change) {
    assertThatThrownBy(() -> parse(change)).isInstanceOf(MalformedMessageException.class);
  }

  private static ObjectNode json(byte[] bundle) {
    try {
      return (ObjectNode) dev.signet.protocol.StrictJson.tree(bundle, SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode material(ObjectNode bundle) {
    return (ObjectNode) bundle.get("verificationMaterial");
  }

  private static ArrayNode entries(ObjectNode bundle) {
    return (ArrayNode) material(bundle).get("tlogEntries");
  }

  private static ObjectNode entry(ObjectNode bundle) {
    return (ObjectNode) entries(bundle).get(0);
  }
}
