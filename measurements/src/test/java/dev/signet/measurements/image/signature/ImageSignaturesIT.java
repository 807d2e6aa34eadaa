// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.registry.TestRegistry;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Reason;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Refused;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Verified;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keyless signatures as cosign 3 leaves them, in a registry that is honest or is not. */
class ImageSignaturesIT {
  static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
  static final TestSigstore SIGSTORE = new TestSigstore(NOW);
  static final Digest IMAGE = Digest.hash(new byte[] {1});
  static final Digest OTHER = Digest.hash(new byte[] {2});

  private static final SignerPolicy SIGNERS =
      SignerPolicy.keyless(List.of(), List.of(TestSigstore.SIGNER), SIGSTORE.trustedRoot());

  private TestRegistry registry;

  @BeforeEach
  void start() throws IOException {
    registry = new TestRegistry();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void findsASignatureAmongTheReferrers() throws Exception {
    registry.list(IMAGE, push(good()));
    VerifiedImageSignature found = verified(ImageSignaturePolicy.by(SIGNERS));
    assertThat(found.image()).isEqualTo(IMAGE);
    assertThat(found.signer()).isEqualTo(TestSigstore.SIGNER.name());
    assertThat(found.predicateType()).contains(ImageSignaturePolicy.COSIGN_SIGN);
    assertThat(found.signedAt()).contains(NOW);
    assertThat(found.place()).startsWith("referrer sha256:");
  }

  @Test
  void findsOneThatIsInRekor2() throws Exception {
    byte[] statement = SignedImage.cosignStatement(IMAGE);
    registry.list(IMAGE, push(SIGSTORE.bundle().statement(statement).inRekor2().encode()));
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).signedAt()).contains(NOW);
  }

  @Test
  void findsOneInTheTagOfARegistryWithoutLists() throws Exception {
    registry.listsReferrers = false;
    registry.tag(tag(), TestRegistry.index(List.of(push(good()))));
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).image()).isEqualTo(IMAGE);
  }

  @Test
  void findsOneOnALaterPage() throws Exception {
    registry.pageSize = 2;
    for (int i = 0; i < 5; i++) {
      registry.list(IMAGE, push(SIGSTORE.bundle().statement(scan(i)).encode()));
    }
    registry.list(IMAGE, push(good()));
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).image()).isEqualTo(IMAGE);
    assertThat(registry.seen).filteredOn(s -> s.contains("/referrers/")).hasSize(3);
  }

  @Test
  void takesASignatureOverTheManifestItself() throws Exception {
    byte[] manifest = "{\"manifest\":1}".getBytes(StandardCharsets.UTF_8);
    Digest image = Digest.hash(manifest);
    byte[] bundle = SIGSTORE.bundle().artifact(manifest).encode();
    registry.list(image, SignedImage.push(registry, image, bundle));
    try (RegistryRepository client = registry.client()) {
      assertThat(ImageSignatures.verify(client, image, ImageSignaturePolicy.by(SIGNERS), NOW))
          .isInstanceOfSatisfying(
              Verified.class, v -> assertThat(v.signature().predicateType()).isEmpty());
    }
  }

  @Test
  void takesAReferenceStatementAboutTheImage() throws Exception {
    registry.list(IMAGE, push(SIGSTORE.bundle().statement(reference(IMAGE, NOW)).encode()));
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).predicateType())
        .contains(ReferenceStatement.PREDICATE_TYPE);
  }

  @Test
  void attestationCountsOnlyWhereItWasAskedFor() throws Exception {
    registry.list(IMAGE, push(SIGSTORE.bundle().statement(scan(1)).encode()));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_PREDICATE");
    assertThat(
            verified(new ImageSignaturePolicy(SIGNERS, Set.of("https://scan.test/1")))
                .predicateType())
        .contains("https://scan.test/1");
  }

  @Test
  void statementOfAnotherKindDoesNotCount() throws Exception {
    String good = new String(SignedImage.cosignStatement(IMAGE), StandardCharsets.UTF_8);
    for (String other :
        List.of(
            good.replace("Statement/v1", "Statement/v2"),
            good.replace("predicateType", "predicate_type"),
            good.replace("[{", "{\"a\":{").replace("}],", "}},"))) {
      assertThat(other).isNotEqualTo(good);
      registry.list(IMAGE, push(SIGSTORE.bundle().statement(SignedImage.bytes(other)).encode()));
      refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("STATEMENT_MALFORMED");
    }
  }

  @Test
  void whatOthersAddNeitherHelpsNorHarms() throws Exception {
    registry.list(IMAGE, push(byOther()));
    registry.list(IMAGE, push("no bundle".getBytes(StandardCharsets.UTF_8)));
    registry.list(IMAGE, SignedImage.descriptor(new byte[] {9}, TestRegistry.MANIFEST, ""));
    registry.list(IMAGE, SignedImage.described("{}".getBytes(StandardCharsets.UTF_8), "text/spdx"));
    registry.list(IMAGE, push(good()));
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).image()).isEqualTo(IMAGE);
  }

  @Test
  void attack52ImageWithoutASignature() throws Exception {
    refused(Reason.IMAGE_NOT_SIGNED).contains(IMAGE.toString());
    registry.listsReferrers = false;
    refused(Reason.IMAGE_NOT_SIGNED);
    assertThat(registry.seen)
        .contains(
            "/v2/acme/agent/manifests/" + tag(),
            "/v2/acme/agent/manifests/" + tag() + ".sig",
            "/v2/acme/agent/manifests/" + tag() + ".att");
  }

  @Test
  void attack52SignatureOfAnotherImage() throws Exception {
    byte[] ofOther = SIGSTORE.bundle().statement(SignedImage.cosignStatement(OTHER)).encode();
    registry.list(IMAGE, push(ofOther));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_ARTIFACT");
  }

  @Test
  void attack52SignatureThatBelongsToAnotherImage() throws Exception {
    registry.list(IMAGE, SignedImage.push(registry, OTHER, good()));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("WRONG_SUBJECT", OTHER.toString());
    registry.listsReferrers = false;
    registry.tag(tag(), TestRegistry.index(List.of(SignedImage.push(registry, OTHER, good()))));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("WRONG_SUBJECT", OTHER.toString());
  }

  @Test
  void attack52SignatureBySomebodyElse() throws Exception {
    registry.list(IMAGE, push(byOther()));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_SIGNER");
    SignerPolicy nobody =
        SignerPolicy.keyless(List.of(), List.<SignerIdentity>of(), SIGSTORE.trustedRoot());
    assertThat(verify(ImageSignaturePolicy.by(nobody))).isInstanceOf(Refused.class);
  }

  @Test
  void attack52SignatureOfAnotherSigstore() throws Exception {
    byte[] foreign =
        new TestSigstore(NOW).bundle().statement(SignedImage.cosignStatement(IMAGE)).encode();
    registry.list(IMAGE, push(foreign));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("CERTIFICATE_UNTRUSTED");
  }

  @Test
  void attack52SignatureMadeAfterTheCertificateEnded() throws Exception {
    byte[] late =
        SIGSTORE
            .bundle()
            .statement(SignedImage.cosignStatement(IMAGE))
            .issuedFor(NOW.minusSeconds(3600), java.time.Duration.ofMinutes(10))
            .encode();
    registry.list(IMAGE, push(late));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TIME_INVALID");
  }

  @Test
  void attack51ReferenceStatementThatEnded() throws Exception {
    byte[] ended = reference(IMAGE, NOW.minusSeconds(7200));
    registry.list(IMAGE, push(SIGSTORE.bundle().statement(ended).encode()));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("STATEMENT_EXPIRED");
  }

  @Test
  void attack52ReferenceStatementThatOnlyMentionsTheImage() throws Exception {
    String other = new String(reference(OTHER, NOW), StandardCharsets.UTF_8);
    String mentions =
        other.replace(
            "\"subject\" : [ {",
            "\"subject\" : [ {\"name\":\"x\",\"digest\":{\"sha256\":\""
                + IMAGE.toHex()
                + "\"}}, {");
    assertThat(mentions).isNotEqualTo(other);
    registry.list(
        IMAGE,
        push(SIGSTORE.bundle().statement(mentions.getBytes(StandardCharsets.UTF_8)).encode()));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_ARTIFACT");
  }

  @Test
  void attack52ReferenceStatementWhoseConfigurationIsCalledLikeTheImage() throws Exception {
    Digest config = Digest.hash(new byte[] {3});
    String other =
        new String(reference(OTHER, NOW), StandardCharsets.UTF_8)
            .replace(config.toHex(), IMAGE.toHex());
    registry.list(
        IMAGE, push(SIGSTORE.bundle().statement(other.getBytes(StandardCharsets.UTF_8)).encode()));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED)
        .contains("expected a reference statement about " + IMAGE);
  }

  @Test
  void attack28PartsThatAreNotWhatTheirDigestsSay() throws Exception {
    byte[] bundle = good();
    byte[] manifest =
        SignedImage.manifest(
            registry, IMAGE, bundle, SigstoreBundle.MEDIA_TYPE, SigstoreBundle.MEDIA_TYPE);
    // Another good signature of this image: only the digest tells that it is not the listed one.
    byte[] swappedBundle = good();
    byte[] swappedManifest =
        SignedImage.manifest(
            registry, IMAGE, swappedBundle, SigstoreBundle.MEDIA_TYPE, SigstoreBundle.MEDIA_TYPE);
    Digest listed = registry.put(manifest);
    registry.list(IMAGE, SignedImage.described(manifest, SigstoreBundle.MEDIA_TYPE));

    registry.lieAbout(listed.toString(), _ -> swappedManifest);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("the manifest: expected " + listed);
    registry.lieAbout(listed.toString(), m -> m);
    String layer = Digest.hash(bundle).toString();
    registry.lieAbout(layer, _ -> swappedBundle);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("_MISMATCH: the layer: expected ");
    registry.lieAbout(
        layer,
        b -> {
          byte[] same = b.clone();
          same[same.length - 2] ^= 1;
          return same;
        });
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC)
        .contains("DIGEST_MISMATCH: the layer: expected " + layer);
    registry.lieAbout(layer, b -> b);
    assertThat(verified(ImageSignaturePolicy.by(SIGNERS)).image()).isEqualTo(IMAGE);
  }

  @Test
  void attack30PartsThatAreTooLarge() throws Exception {
    byte[] huge = new byte[SigstoreBundle.MAX_BYTES + 1];
    registry.list(IMAGE, push(huge));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE");
    assertThat(registry.seen).as("not even asked for").noneMatch(s -> s.contains("/blobs/"));
    registry.lieAbout("referrers", _ -> huge);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE: the list");
    registry.listsReferrers = false;
    registry.tag(tag(), huge);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE: the list");
    registry.tag(tag(), TestRegistry.index(List.of()));
    registry.tag(tag() + ".sig", huge);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE: the manifest");
  }

  @Test
  void attack30ManifestOfASignatureThatIsTooLarge() throws Exception {
    byte[] padded =
        (new String(
                    SignedImage.manifest(
                        registry,
                        IMAGE,
                        good(),
                        SigstoreBundle.MEDIA_TYPE,
                        SigstoreBundle.MEDIA_TYPE),
                    StandardCharsets.UTF_8)
                + " ".repeat(1 << 20))
            .getBytes(StandardCharsets.UTF_8);
    registry.put(padded);
    registry.list(IMAGE, SignedImage.described(padded, SigstoreBundle.MEDIA_TYPE));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE: the manifest");
  }

  @Test
  void attack30MoreThanIsLookedAt() throws Exception {
    for (int i = 0; i < 33; i++) {
      registry.list(IMAGE, push(i == 32 ? good() : ("" + i).getBytes(StandardCharsets.UTF_8)));
    }
    registry.seen.clear();
    refused(Reason.TOO_MANY_IMAGE_SIGNATURES).contains("at most 32 signatures");
    assertThat(registry.seen).as("none is fetched").hasSize(1);
    registry.pageSize = 1;
    refused(Reason.TOO_MANY_IMAGE_SIGNATURES).contains("16 pages");
    registry.pageSize = 2000;
    for (int i = 0; i < 1000; i++) {
      registry.list(IMAGE, SignedImage.described(new byte[] {1}, "text/spdx"));
    }
    refused(Reason.TOO_MANY_IMAGE_SIGNATURES).contains("1000 referrers");
  }

  @Test
  void attack30ListThatIsNone() throws Exception {
    for (String list :
        List.of(
            "nothing",
            "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}",
            "{\"schemaVersion\":2,\"manifests\":[],\"config\":{}}",
            "{\"schemaVersion\":2,\"mediaType\":\""
                + TestRegistry.MANIFEST
                + "\",\"manifests\":[]}",
            "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:1\"}]}",
            "{\"schemaVersion\":2,\"schemaVersion\":2,\"manifests\":[]}",
            "{\"schemaVersion\":1,\"manifests\":[]}")) {
      registry.lieAbout("referrers", _ -> list.getBytes(StandardCharsets.UTF_8));
      refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("BAD_SIGNATURE_LISTING");
    }
  }

  @Test
  void attack30ManifestOfAnotherKind() throws Exception {
    registry.list(
        IMAGE, SignedImage.push(registry, IMAGE, good(), "text/spdx", SigstoreBundle.MEDIA_TYPE));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC)
        .contains("BAD_SIGNATURE_MANIFEST", "artifactType");
    registry.list(
        IMAGE, SignedImage.push(registry, IMAGE, good(), SigstoreBundle.MEDIA_TYPE, "text/plain"));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("layers: expected one");
  }

  @Test
  void attack30ManifestOfTwoKinds() throws Exception {
    byte[] bundle = good();
    String manifest =
        new String(
            SignedImage.manifest(
                registry, IMAGE, bundle, SigstoreBundle.MEDIA_TYPE, SigstoreBundle.MEDIA_TYPE),
            StandardCharsets.UTF_8);
    String layer = SignedImage.descriptor(bundle, SigstoreBundle.MEDIA_TYPE, "");
    for (String other :
        List.of(
            manifest.replace("\"layers\"", "\"manifests\":[],\"layers\""),
            manifest.replaceFirst(TestRegistry.MANIFEST.replace("+", "[+]"), "application/x"),
            manifest.replace("[" + layer + "]", "[" + layer + "," + layer + "]"))) {
      assertThat(other).isNotEqualTo(manifest);
      byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
      registry.put(bytes);
      registry.list(IMAGE, SignedImage.described(bytes, SigstoreBundle.MEDIA_TYPE));
      refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("BAD_SIGNATURE_MANIFEST");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<http://127.0.0.1:1/v2/acme/agent/referrers/x?n=1>; rel=\"next\"",
        "<https://evil.test/v2/acme/agent/referrers/x?n=1>; rel=\"next\"",
        "</v2/other/agent/referrers/x?n=1>; rel=\"next\"",
        "</v2/acme/agent/blobs/x?n=1>; rel=\"next\"",
        "<mailto:x?n=1>; rel=\"next\"",
        "nonsense"
      })
  void listLeadsNowhereElse(String link) {
    registry.link = java.util.Optional.of(link);
    assertThatThrownBy(() -> verify(ImageSignaturePolicy.by(SIGNERS)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its own next page");
    assertThat(registry.seen).hasSize(1);
  }

  @Test
  void listLeadsToNoOtherOriginAndIsNoLongText() throws Exception {
    String path = "/v2/acme/agent/referrers/" + IMAGE + "?n=1";
    for (String next :
        List.of(
            "http://127.0.0.1:1" + path,
            "http://evil.test" + path,
            "https://" + registry.host() + path,
            path + "&x=" + "y".repeat(4096))) {
      registry.seen.clear();
      registry.link = java.util.Optional.of("<" + next + ">; rel=\"next\"");
      assertThatThrownBy(() -> verify(ImageSignaturePolicy.by(SIGNERS)))
          .as(next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("its own next page");
      assertThat(registry.seen).hasSize(1);
    }
  }

  @Test
  void registryThatCannotBeAskedIsAnOutage() {
    registry.status = 503;
    assertThatThrownBy(() -> verify(ImageSignaturePolicy.by(SIGNERS)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("503");
  }

  private byte[] good() {
    return SIGSTORE.bundle().statement(SignedImage.cosignStatement(IMAGE)).encode();
  }

  private static byte[] byOther() {
    return SIGSTORE
        .bundle()
        .statement(SignedImage.cosignStatement(IMAGE))
        .by(TestSigstore.ISSUER, TestSigstore.IDENTITY + "-evil")
        .encode();
  }

  private static byte[] scan(int number) {
    return SignedImage.statement(IMAGE, "https://scan.test/" + number);
  }

  private String push(byte[] bundle) {
    return SignedImage.push(registry, IMAGE, bundle);
  }

  static String tag() {
    return "sha256-" + IMAGE.toHex();
  }

  static byte[] reference(Digest image, Instant from) {
    Digest config = Digest.hash(new byte[] {3});
    return dev.signet.measurements.StatementDraft.write(
        new ReferenceStatement(
            ReferenceStatement.STATEMENT_TYPE,
            List.of(subject(image), subject(config)),
            ReferenceStatement.PREDICATE_TYPE,
            new ReferenceStatement.Predicate(
                new dev.signet.protocol.AgentId("spiffe://example.org/agent/billing"),
                "1",
                1,
                new ReferenceStatement.Validity(from.minusSeconds(60), from.plusSeconds(3600)),
                List.of(
                    new ReferenceStatement.Artifact(
                        ReferenceStatement.ROLE_IMAGE_MANIFEST, image, 1),
                    new ReferenceStatement.Artifact(
                        ReferenceStatement.ROLE_IMAGE_CONFIG, config, 1)),
                new ReferenceStatement.Launch(null, List.of()))));
  }

  private static ReferenceStatement.Subject subject(Digest digest) {
    return new ReferenceStatement.Subject("agent", new ReferenceStatement.Sha256(digest.toHex()));
  }

  private VerifiedImageSignature verified(ImageSignaturePolicy policy) throws IOException {
    ImageSignatureVerification result = verify(policy);
    assertThat(result).isInstanceOf(Verified.class);
    return ((Verified) result).signature();
  }

  private AbstractStringAssert<?> refused(Reason reason) throws IOException {
    ImageSignatureVerification result = verify(ImageSignaturePolicy.by(SIGNERS));
    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
    return assertThat(((Refused) result).detail());
  }

  private ImageSignatureVerification verify(ImageSignaturePolicy policy) throws IOException {
    try (RegistryRepository client = registry.client()) {
      return ImageSignatures.verify(client, IMAGE, policy, NOW);
    }
  }
}
