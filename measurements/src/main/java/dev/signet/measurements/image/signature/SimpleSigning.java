// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.PinnedSigners;
import dev.signet.measurements.sigstore.SigstoreBundle.Content;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;

/**
 * What cosign wrote before version 3 (sigstore/cosign, specs/SIGNATURE_SPEC.md): a layer that names
 * the image, signed in an annotation. By a pinned key only: the form has no proof that a log has
 * the signature, so that a keyless one would have no time that can be checked.
 */
final class SimpleSigning {
  static final String MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

  /** Of old attestations: the layer is a DSSE envelope. */
  static final String ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json";

  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final String CERTIFICATE = "dev.sigstore.cosign/certificate";
  private static final String SIGNED_TYPE = "cosign container image signature";
  private static final int MAX_SIGNATURE_CHARS = 1024;

  private SimpleSigning() {}

  /** The thumbprint of the key that signed. */
  static String requireSigned(
      byte[] payload, Map<String, String> annotations, Collection<PublicJwk> keys, Digest image)
      throws RejectedSignatureException {
    requireKeyed(annotations);
    Content content =
        new Content.Message(Bytes.of(Digest.hash(payload).toArray()), signature(annotations));
    String signer =
        PinnedSigners.of(content, keys).map(PublicJwk::thumbprint).orElseThrow(() -> notBy(keys));
    // Nothing of the payload is parsed before somebody we know has answered for it.
    requireAbout(payload, image);
    return signer;
  }

  /** That no certificate claims to be who signed; what a pinned key signed has none. */
  static void requireKeyed(Map<String, String> annotations) throws RejectedSignatureException {
    if (annotations.containsKey(CERTIFICATE)) {
      throw RejectedSignatureException.notAuthentic(
          Fault.SIGNATURE_UNSUPPORTED,
          "expected a Sigstore bundle for a keyless signature, got cosign's old form, which does not"
              + " prove that a log has it: sign with cosign 3");
    }
  }

  static RejectedSignatureException notBy(Collection<PublicJwk> keys) {
    return RejectedSignatureException.notAuthentic(
        Flaw.SIGNATURE_INVALID,
        keys.isEmpty()
            ? "expected a keyless signature, got one by a key, and no key is pinned"
            : "expected a signature by one of "
                + keys.stream().map(PublicJwk::thumbprint).toList()
                + " over this content");
  }

  private static Bytes signature(Map<String, String> annotations)
      throws RejectedSignatureException {
    String text = annotations.getOrDefault(SIGNATURE, "");
    try {
      byte[] value = Base64.getDecoder().decode(text);
      if (value.length > 0
          && text.length() <= MAX_SIGNATURE_CHARS
          && Base64.getEncoder().encodeToString(value).equals(text)) {
        return Bytes.of(value);
      }
    } catch (IllegalArgumentException _) {
      // told of below
    }
    throw RejectedSignatureException.notAuthentic(
        Fault.BAD_SIGNATURE_MANIFEST, SIGNATURE + ": expected a signature in base64");
  }

  private static void requireAbout(byte[] payload, Digest image) throws RejectedSignatureException {
    JsonNode critical;
    try {
      critical = StrictJson.tree(payload, payload.length).path("critical");
    } catch (MalformedMessageException e) {
      throw RejectedSignatureException.notAccepted(Fault.BAD_SIGNATURE_PAYLOAD, e.getMessage());
    }
    String digest = critical.path("image").path("docker-manifest-digest").textValue();
    if (!SIGNED_TYPE.equals(critical.path("type").textValue()) || digest == null) {
      throw RejectedSignatureException.notAccepted(
          Fault.BAD_SIGNATURE_PAYLOAD, "expected a signature of a container image");
    }
    if (!digest.equals(image.toString())) {
      throw RejectedSignatureException.notAccepted(
          Mismatch.WRONG_ARTIFACT, "expected a signature of " + image + ", got one of another");
    }
  }
}
