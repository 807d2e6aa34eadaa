// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.StatementPayload;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Validity;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import java.time.Instant;
import java.util.Set;

/** An in-toto statement that is authentic: that it says of this image what counts. */
final class ImageStatement {
  private static final Set<String> TYPES =
      Set.of("https://in-toto.io/Statement/v0.1", ReferenceStatement.STATEMENT_TYPE);

  private ImageStatement() {}

  /** The predicate type. */
  static String require(byte[] payload, Digest image, ImageSignaturePolicy policy, Instant now)
      throws RejectedSignatureException {
    JsonNode statement;
    try {
      statement = StrictJson.tree(payload, SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      throw malformed(e.getMessage());
    }
    String type = statement.path("_type").textValue();
    String predicateType = statement.path("predicateType").textValue();
    if (type == null || !TYPES.contains(type) || predicateType == null) {
      throw malformed("expected an in-toto statement of version 0.1 or 1");
    }
    if (!policy.accepts(predicateType)) {
      throw RejectedSignatureException.notAccepted(
          Fault.WRONG_PREDICATE,
          "predicateType: expected one of " + policy.accepted() + ", got another");
    }
    requireSubject(statement.path("subject"), image);
    if (predicateType.equals(ReferenceStatement.PREDICATE_TYPE)) {
      requireReference(payload, image, now);
    }
    return predicateType;
  }

  private static void requireSubject(JsonNode subjects, Digest image)
      throws RejectedSignatureException {
    if (!subjects.isArray()) {
      throw malformed("subject: expected a list");
    }
    for (JsonNode subject : subjects) {
      // cosign's has no name; a name would prove nothing.
      if (image.toHex().equals(subject.path("digest").path("sha256").textValue())) {
        return;
      }
    }
    throw RejectedSignatureException.notAccepted(
        Mismatch.WRONG_ARTIFACT, "expected " + image + " as a subject of the statement");
  }

  /** What the launcher and the verifier would not take is no approval here either. */
  private static void requireReference(byte[] payload, Digest image, Instant now)
      throws RejectedSignatureException {
    ReferenceStatement statement;
    try {
      statement = StatementPayload.parse(payload);
    } catch (MalformedMessageException e) {
      throw malformed("reference statement: " + e.getMessage());
    }
    if (statement.predicate().artifacts().stream()
        .noneMatch(
            a ->
                a.role().equals(ReferenceStatement.ROLE_IMAGE_MANIFEST)
                    && a.digest().equals(image))) {
      throw RejectedSignatureException.notAccepted(
          Mismatch.WRONG_ARTIFACT, "expected a reference statement about " + image);
    }
    Validity validity = statement.predicate().validity();
    if (!validity.covers(now)) {
      throw RejectedSignatureException.notAccepted(
          Refusal.STATEMENT_EXPIRED,
          "valid from " + validity.notBefore() + " to " + validity.notAfter() + ", now is " + now);
    }
  }

  private static RejectedSignatureException malformed(String why) {
    return RejectedSignatureException.notAccepted(Refusal.STATEMENT_MALFORMED, why);
  }
}
