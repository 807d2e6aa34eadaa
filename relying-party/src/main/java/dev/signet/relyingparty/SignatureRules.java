// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSignature;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import java.util.List;

/**
 * One signature held against {@link SignatureProfile}. All six parameters are there and are the
 * only ones.
 */
record SignatureRules(
    MessageSignature signature, long created, long expires, String nonce, String keyid) {
  static final String CONTENT_DIGEST = "content-digest";

  /** The longest nonce that is remembered: 256 bits in base64url. */
  private static final int MAX_NONCE_LENGTH = 43;

  static SignatureRules of(MessageSignature signature) throws Refused {
    SignatureParameters parameters = signature.parameters();
    if (!signature.label().equals(SignatureProfile.LABEL)) {
      throw malformed("expected the label " + SignatureProfile.LABEL);
    }
    if (parameters.created().isEmpty()
        || parameters.expires().isEmpty()
        || parameters.nonce().isEmpty()
        || parameters.keyid().isEmpty()
        || parameters.alg().isEmpty()
        || parameters.hasOthers()) {
      throw malformed("expected created, expires, nonce, keyid, alg and tag, got " + parameters);
    }
    if (!parameters.alg().get().equals(SignatureProfile.ALGORITHM)) {
      throw malformed("expected alg " + SignatureProfile.ALGORITHM);
    }
    String nonce = parameters.nonce().get();
    requireNonce(nonce);
    for (CoveredComponent component : signature.components()) {
      if (!component.isPlain()) {
        throw malformed("expected components without parameters, got " + component);
      }
    }
    return new SignatureRules(
        signature,
        parameters.created().getAsLong(),
        parameters.expires().getAsLong(),
        nonce,
        parameters.keyid().get());
  }

  /**
   * A field that is signed joined together and used line by line, or the other way round, would be
   * two requests in one (RFC 9421 section 7.5.6). Fields that redirect a method or path are none of
   * what was signed.
   */
  void refuseAmbiguousFields(RequestView request) throws Refused {
    for (String name : SignatureProfile.WHEN_PRESENT) {
      refuseSecond(request, name);
    }
    refuseSecond(request, "host");
    refuseSecond(request, "content-length");
    for (String name : SignatureProfile.FORBIDDEN) {
      if (!request.fieldValues(name).isEmpty()) {
        throw malformed("the field " + name + " is not taken, since it changes what was signed");
      }
    }
  }

  void requireKey(String thumbprint) throws Refused {
    if (!keyid.equals(thumbprint)) {
      throw new Refused(
          Refusal.UNKNOWN_KEY, "expected keyid " + thumbprint + " as in the token, got " + keyid);
    }
  }

  void requireCoverage(RequestView request, boolean mayHaveContent) throws Refused {
    for (String name : SignatureProfile.ALWAYS) {
      requireCovered(name);
    }
    for (String name : SignatureProfile.WHEN_PRESENT) {
      if (!request.fieldValues(name).isEmpty()) {
        requireCovered(name);
      }
    }
    if (mayHaveContent) {
      List<String> fields = request.fieldValues(CONTENT_DIGEST);
      if (fields.isEmpty()) {
        throw new Refused(
            Refusal.INSUFFICIENT_COVERAGE, "expected Content-Digest with a request's body");
      }
      if (!digest(fields).has(ContentDigest.Algorithm.SHA_256)) {
        throw new Refused(Refusal.INSUFFICIENT_COVERAGE, "expected Content-Digest with sha-256");
      }
    }
  }

  /** Our clock decides. The skew is for clocks that are ahead of it; one behind needs none. */
  void requireFresh(long now) throws Refused {
    if (created > now + Limits.CLOCK_SKEW.toSeconds()
        || expires <= now
        || expires <= created
        || expires - created > Limits.SIGNATURE_LIFE.toSeconds()) {
      throw new Refused(
          Refusal.STALE, "created " + created + ", expires " + expires + ", now is " + now);
    }
  }

  ReplayGuard.Outcome use(ReplayGuard replays, String keyThumbprint, long now) {
    return replays.use(keyThumbprint, nonce, created, expires, now);
  }

  static ContentDigest digest(List<String> fields) throws Refused {
    try {
      return ContentDigest.parse(fields);
    } catch (StructuredFieldException e) {
      throw new Refused(Refusal.BODY_MISMATCH, e.getMessage());
    }
  }

  private void requireCovered(String name) throws Refused {
    List<CoveredComponent> components = signature.components();
    for (int i = 0; i < components.size(); i++) {
      if (components.get(i).name().equals(name)) {
        return;
      }
    }
    throw new Refused(Refusal.INSUFFICIENT_COVERAGE, "not covered: " + name);
  }

  private static void requireNonce(String nonce) throws Refused {
    if (nonce.length() <= MAX_NONCE_LENGTH) {
      try {
        if (Bytes.fromBase64Url(nonce).size() * 8 >= Limits.SIGNATURE_NONCE_BITS) {
          return;
        }
      } catch (IllegalArgumentException e) {
        throw malformed("expected a nonce in base64url");
      }
    }
    throw malformed("expected a nonce of 128 to 256 bits in base64url");
  }

  private static void refuseSecond(RequestView request, String name) throws Refused {
    if (request.fieldValues(name).size() > 1) {
      throw malformed("the field " + name + " comes more than once");
    }
  }

  private static Refused malformed(String detail) {
    return new Refused(Refusal.MALFORMED_SIGNATURE, detail);
  }
}
