// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.registry.TestRegistry;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Reason;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Refused;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Verified;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.TestKeys;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signatures by pinned keys: cosign's old tags, and bundles that name a key. */
class PinnedImageSignaturesIT {
  private static final KeyPair KEY = TestKeys.p256();
  private static final PublicJwk PINNED = PublicJwk.of((ECPublicKey) KEY.getPublic());
  private static final Digest IMAGE = ImageSignaturesIT.IMAGE;

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
  void takesABundleThatNamesAKey() throws Exception {
    byte[] bundle =
        ImageSignaturesIT.SIGSTORE
            .bundle()
            .withKey(KEY)
            .statement(SignedImage.cosignStatement(IMAGE))
            .encode();
    registry.list(IMAGE, SignedImage.push(registry, IMAGE, bundle));
    VerifiedImageSignature found = verified();
    assertThat(found.signer()).isEqualTo(PINNED.thumbprint());
    assertThat(found.signedAt()).as("no log was asked").isEmpty();
  }

  @Test
  void attack52BundleByAnotherKeyOrAboutAnotherImage() throws Exception {
    registry.list(IMAGE, bundle(TestKeys.p256(), SignedImage.cosignStatement(IMAGE)));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIGNATURE_INVALID");
    registry.list(IMAGE, bundle(KEY, SignedImage.cosignStatement(ImageSignaturesIT.OTHER)));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_ARTIFACT");
    byte[] overOther =
        ImageSignaturesIT.SIGSTORE.bundle().withKey(KEY).artifact(new byte[] {2}).encode();
    registry.list(IMAGE, SignedImage.push(registry, IMAGE, overOther));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("expected a signature of " + IMAGE);
  }

  @Test
  void keylessBundleIsNothingWithoutATrustedRoot() throws Exception {
    byte[] keyless =
        ImageSignaturesIT.SIGSTORE.bundle().statement(SignedImage.cosignStatement(IMAGE)).encode();
    registry.list(IMAGE, SignedImage.push(registry, IMAGE, keyless));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("there is no trusted root");
  }

  @Test
  void takesASimpleSignature() throws Exception {
    sig(SignedImage.simpleLayer(registry, SignedImage.simplePayload(IMAGE), TestKeys.p256()));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIGNATURE_INVALID");
    sig(
        SignedImage.simpleLayer(registry, SignedImage.simplePayload(IMAGE), TestKeys.p256()),
        SignedImage.simpleLayer(registry, SignedImage.simplePayload(IMAGE), KEY));
    VerifiedImageSignature found = verified();
    assertThat(found.signer()).isEqualTo(PINNED.thumbprint());
    assertThat(found.place()).startsWith("tag " + ImageSignaturesIT.tag() + ".sig, layer ");
  }

  @Test
  void attack52SimpleSignatureOfAnotherImage() throws Exception {
    sig(SignedImage.simpleLayer(registry, SignedImage.simplePayload(ImageSignaturesIT.OTHER), KEY));
    refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("WRONG_ARTIFACT");
  }

  @Test
  void attack52SimpleSignatureOverSomethingElse() throws Exception {
    String payload = new String(SignedImage.simplePayload(IMAGE), StandardCharsets.UTF_8);
    for (String other :
        List.of(
            payload.replace("cosign container image", "blob"),
            payload.replace("docker-manifest-digest", "digest"),
            payload.replace("\"optional\"", "\"critical\""),
            "[]")) {
      sig(SignedImage.simpleLayer(registry, other.getBytes(StandardCharsets.UTF_8), KEY));
      refused(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED).contains("BAD_SIGNATURE_PAYLOAD");
    }
  }

  @Test
  void attack28SimpleSignatureWhosePayloadWasSwapped() throws Exception {
    byte[] payload = SignedImage.simplePayload(IMAGE);
    sig(SignedImage.simpleLayer(registry, payload, KEY));
    // Signed as well, but not what the manifest names.
    byte[] longer = (new String(payload, StandardCharsets.UTF_8) + " ").getBytes();
    registry.lieAbout(Digest.hash(payload).toString(), _ -> longer);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIZE_MISMATCH");
    byte[] same = new String(payload, StandardCharsets.UTF_8).replace("null", "true").getBytes();
    registry.lieAbout(Digest.hash(payload).toString(), _ -> same);
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("DIGEST_MISMATCH");
  }

  @Test
  void oldKeylessSignatureIsNotBelieved() throws Exception {
    byte[] payload = SignedImage.simplePayload(IMAGE);
    sig(
        SignedImage.simpleLayer(
            registry,
            payload,
            TestKeys.sign(KEY, payload),
            ",\"dev.sigstore.cosign/certificate\":\"pem\""));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIGNATURE_UNSUPPORTED", "cosign 3");
  }

  @Test
  void signatureThatIsNoneIsRefused() throws Exception {
    byte[] payload = SignedImage.simplePayload(IMAGE);
    sig(SignedImage.simpleLayer(registry, payload, new byte[0], ""));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("expected a signature in base64");
    sig(SignedImage.simpleLayer(registry, payload, new byte[1024], ""));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("expected a signature in base64");
    sig(withoutPadding());
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("expected a signature in base64");
    sig(SignedImage.descriptor(payload, "text/plain", ""));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIGNATURE_UNSUPPORTED");
    registry.tag(ImageSignaturesIT.tag() + ".sig", TestRegistry.index(List.of()));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("BAD_SIGNATURE_MANIFEST");
  }

  /** A good signature but for the padding of its base64, which two of three lengths have. */
  private String withoutPadding() throws Exception {
    String layer = "";
    for (String spaces = ""; !layer.contains("=\"}"); spaces += " ") {
      byte[] payload = SignedImage.simplePayload(IMAGE);
      byte[] longer = Arrays.copyOf(payload, payload.length + spaces.length());
      Arrays.fill(longer, payload.length, longer.length, (byte) ' ');
      layer = SignedImage.simpleLayer(registry, longer, KEY);
    }
    return layer.replaceAll("=*\"}", "\"}");
  }

  @Test
  void attack30MoreOldSignaturesThanAreLookedAt() throws Exception {
    String layer =
        SignedImage.simpleLayer(registry, SignedImage.simplePayload(IMAGE), TestKeys.p256());
    sig(java.util.Collections.nCopies(33, layer).toArray(String[]::new));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("at most 32 layers");
    sig(java.util.Collections.nCopies(32, layer).toArray(String[]::new));
    registry.tag(
        ImageSignaturesIT.tag() + ".att", SignedImage.oldManifest(registry, List.of(layer)));
    refused(Reason.TOO_MANY_IMAGE_SIGNATURES);
  }

  @Test
  void attack30PayloadThatIsTooLarge() throws Exception {
    String payload = new String(SignedImage.simplePayload(IMAGE), StandardCharsets.UTF_8);
    byte[] padded = (payload + " ".repeat(64 << 10)).getBytes(StandardCharsets.UTF_8);
    sig(SignedImage.simpleLayer(registry, padded, KEY));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("TOO_LARGE_SIGNATURE: the layer");
  }

  @Test
  void envelopeThatIsTooLargeIsNotTaken() throws Exception {
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    byte[] envelope =
        ci.sign(ImageSignaturesIT.reference(IMAGE, ImageSignaturesIT.NOW), random).encode();
    byte[] padded = Arrays.copyOf(envelope, SigstoreBundle.MAX_BYTES + 1);
    Arrays.fill(padded, envelope.length, padded.length, (byte) ' ');
    registry.put(padded);
    registry.tag(
        ImageSignaturesIT.tag() + ".att",
        SignedImage.oldManifest(
            registry, List.of(SignedImage.descriptor(padded, SimpleSigning.ENVELOPE_TYPE, ""))));
    assertThat(verify(ci.publicKey()))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.detail()).contains("TOO_LARGE_SIGNATURE: the layer"));
  }

  @Test
  void oldAttestationThatShowsACertificateIsNotBelieved() throws Exception {
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    byte[] envelope =
        ci.sign(ImageSignaturesIT.reference(IMAGE, ImageSignaturesIT.NOW), random).encode();
    registry.put(envelope);
    String annotated = ",\"annotations\":{\"dev.sigstore.cosign/certificate\":\"pem\"}";
    registry.tag(
        ImageSignaturesIT.tag() + ".att",
        SignedImage.oldManifest(
            registry,
            List.of(SignedImage.descriptor(envelope, SimpleSigning.ENVELOPE_TYPE, annotated))));
    assertThat(verify(ci.publicKey()))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.detail()).contains("SIGNATURE_UNSUPPORTED"));
  }

  @Test
  void takesAReferenceStatementInAnEnvelope() throws Exception {
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    byte[] envelope =
        ci.sign(ImageSignaturesIT.reference(IMAGE, ImageSignaturesIT.NOW), random).encode();
    registry.put(envelope);
    registry.tag(
        ImageSignaturesIT.tag() + ".att",
        SignedImage.oldManifest(
            registry, List.of(SignedImage.descriptor(envelope, SimpleSigning.ENVELOPE_TYPE, ""))));
    assertThat(((Verified) verify(ci.publicKey())).signature().predicateType())
        .isEqualTo(Optional.of(ReferenceStatement.PREDICATE_TYPE));
    refused(Reason.IMAGE_SIGNATURE_NOT_AUTHENTIC).contains("SIGNATURE_INVALID");
  }

  private String bundle(KeyPair key, byte[] statement) {
    return SignedImage.push(
        registry,
        IMAGE,
        ImageSignaturesIT.SIGSTORE.bundle().withKey(key).statement(statement).encode());
  }

  private void sig(String... layers) {
    registry.tag(
        ImageSignaturesIT.tag() + ".sig", SignedImage.oldManifest(registry, List.of(layers)));
  }

  private VerifiedImageSignature verified() throws IOException {
    ImageSignatureVerification result = verify(PINNED);
    assertThat(result).isInstanceOf(Verified.class);
    return ((Verified) result).signature();
  }

  private AbstractStringAssert<?> refused(Reason reason) throws IOException {
    ImageSignatureVerification result = verify(PINNED);
    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
    return assertThat(((Refused) result).detail());
  }

  private ImageSignatureVerification verify(PublicJwk key) throws IOException {
    try (RegistryRepository client = registry.client()) {
      return ImageSignatures.verify(
          client,
          IMAGE,
          ImageSignaturePolicy.by(SignerPolicy.pinned(List.of(key))),
          ImageSignaturesIT.NOW);
    }
  }
}
