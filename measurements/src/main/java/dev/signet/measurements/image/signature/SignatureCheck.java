// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.measurements.sigstore.BundleVerification;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.BundleVerifier;
import dev.signet.measurements.sigstore.PinnedSigners;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.SigstoreBundle.Content;
import dev.signet.measurements.sigstore.VerifiedBundle;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether one candidate is a signature of an image that counts. Reads no clock, opens nothing: the
 * same arguments give the same answer.
 *
 * @param image digest of its manifest
 * @param now the verifier's time
 */
record SignatureCheck(Digest image, ImageSignaturePolicy policy, Instant now) {

  /** A Sigstore bundle, keyless or by a pinned key. */
  VerifiedImageSignature bundle(String place, byte[] json) throws RejectedSignatureException {
    SigstoreBundle bundle;
    try {
      bundle = SigstoreBundle.parse(json, SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      throw RejectedSignatureException.notAuthentic(Flaw.BUNDLE_MALFORMED, e.getMessage());
    }
    return bundle.certificate().isEmpty() ? byKey(place, bundle.content()) : keyless(place, bundle);
  }

  /** Cosign's form before bundles. */
  VerifiedImageSignature simple(String place, byte[] payload, Map<String, String> annotations)
      throws RejectedSignatureException {
    String signer =
        SimpleSigning.requireSigned(payload, annotations, policy.signers().keys(), image);
    return new VerifiedImageSignature(image, place, signer, Optional.empty(), Optional.empty());
  }

  /** Cosign's form of attestations before bundles. */
  VerifiedImageSignature envelope(String place, byte[] json, Map<String, String> annotations)
      throws RejectedSignatureException {
    SimpleSigning.requireKeyed(annotations);
    DsseEnvelope envelope;
    try {
      envelope = DsseEnvelope.parse(json);
    } catch (MalformedMessageException e) {
      throw RejectedSignatureException.notAuthentic(
          Flaw.BUNDLE_MALFORMED, "DSSE envelope: " + e.getMessage());
    }
    for (DsseEnvelope.Signature signature : envelope.signatures()) {
      Content content =
          new Content.Dsse(envelope.payloadType(), envelope.payload(), signature.sig());
      if (PinnedSigners.of(content, policy.signers().keys()).isPresent()) {
        return byKey(place, content);
      }
    }
    throw SimpleSigning.notBy(policy.signers().keys());
  }

  /** A pinned key needs no log: somebody has said already that it is the signer's. */
  private VerifiedImageSignature byKey(String place, Content content)
      throws RejectedSignatureException {
    List<PublicJwk> keys = policy.signers().keys();
    String signer =
        PinnedSigners.of(content, keys)
            .map(PublicJwk::thumbprint)
            .orElseThrow(() -> SimpleSigning.notBy(keys));
    return switch (content) {
      case Content.Message message -> {
        if (!Digest.ofDigest(message.digest().toArray()).equals(image)) {
          throw RejectedSignatureException.notAccepted(
              Mismatch.WRONG_ARTIFACT, "expected a signature of " + image);
        }
        yield new VerifiedImageSignature(image, place, signer, Optional.empty(), Optional.empty());
      }
      case Content.Dsse dsse -> {
        String type = ImageStatement.require(dsse.payload().toArray(), image, policy, now);
        yield new VerifiedImageSignature(image, place, signer, Optional.of(type), Optional.empty());
      }
    };
  }

  private VerifiedImageSignature keyless(String place, SigstoreBundle bundle)
      throws RejectedSignatureException {
    BundleVerifier verifier =
        new BundleVerifier(
            policy
                .signers()
                .root()
                .orElseThrow(
                    () ->
                        RejectedSignatureException.notAuthentic(
                            Fault.SIGNATURE_UNSUPPORTED,
                            "expected a signature by a pinned key, got a keyless one, and there is"
                                + " no trusted root")));
    return switch (verifier.verifyArtifact(
        bundle, policy.signers().identities(), List.of(), image, now)) {
      case BundleVerification.NotAuthentic(Flaw flaw, String detail) ->
          throw RejectedSignatureException.notAuthentic(flaw, detail);
      case BundleVerification.NotAccepted(Mismatch mismatch, String detail) ->
          throw RejectedSignatureException.notAccepted(mismatch, detail);
      case BundleVerification.Verified(VerifiedBundle verified) -> {
        Optional<String> type = Optional.empty();
        if (verified.statement().isPresent()) {
          byte[] statement = verified.statement().get().toArray();
          type = Optional.of(ImageStatement.require(statement, image, policy, now));
        }
        yield new VerifiedImageSignature(
            image, place, verified.signer(), type, Optional.of(verified.signedAt()));
      }
    };
  }
}
