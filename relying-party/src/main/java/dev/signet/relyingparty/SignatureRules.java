// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSignature;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One signature held against {@link SignatureProfile}. All six parameters are there and are the
 * only ones.
 */
record SignatureRules(
    MessageSignature signature, long created, long expires, String nonce, String keyid) {
  private static final String CONTENT_DIGEST = "content-digest";

  /** Every name that is judged here, with at least one dash made an underscore. */
  private static final List<String> LOOK_ALIKES = lookAlikes();

  /** The shortest nonce: 128 bits in base64url. */
  private static final int MIN_NONCE_LENGTH = (Limits.SIGNATURE_NONCE_BITS + 5) / 6;

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
   * what was signed. CGI and its heirs make an underscore of a dash (RFC 3875 section 4.1.18):
   * behind them a field with underscores is the one with dashes that was signed, or was refused.
   *
   * @return which fields of {@link SignatureProfile#WHEN_PRESENT} the request has, by their place
   */
  static boolean[] refuseAmbiguousFields(RequestView request) throws Refused {
    for (int i = 0; i < SignatureProfile.FORBIDDEN.size(); i++) {
      String name = SignatureProfile.FORBIDDEN.get(i);
      if (!request.fieldValues(name).isEmpty()) {
        throw malformed("the field " + name + " is not taken, since it changes what was signed");
      }
    }
    for (int i = 0; i < LOOK_ALIKES.size(); i++) {
      String name = LOOK_ALIKES.get(i);
      if (!request.fieldValues(name).isEmpty()) {
        throw malformed(
            "the field " + name + " is not taken, since some servers read it with dashes");
      }
    }
    hasOne(request, "host");
    hasOne(request, "content-length");
    boolean[] present = new boolean[SignatureProfile.WHEN_PRESENT.size()];
    for (int i = 0; i < present.length; i++) {
      present[i] = hasOne(request, SignatureProfile.WHEN_PRESENT.get(i));
    }
    return present;
  }

  private static List<String> lookAlikes() {
    List<String> judged =
        new ArrayList<>(
            List.of(
                IdentityClaims.HEADER,
                "signature-input",
                "accept-signature",
                "content-length",
                "transfer-encoding"));
    judged.addAll(SignatureProfile.FORBIDDEN);
    judged.addAll(SignatureProfile.WHEN_PRESENT);
    List<String> out = new ArrayList<>();
    for (String name : judged) {
      List<String> spelt = List.of("");
      for (int i = 0; i < name.length(); i++) {
        String here = name.substring(i, i + 1);
        List<String> longer = new ArrayList<>();
        for (String before : spelt) {
          longer.add(before + here);
          if (here.equals("-")) {
            longer.add(before + "_");
          }
        }
        spelt = longer;
      }
      out.addAll(spelt.subList(1, spelt.size()));
    }
    return List.copyOf(out);
  }

  void requireKey(String thumbprint) throws Refused {
    if (!keyid.equals(thumbprint)) {
      throw new Refused(
          Refusal.UNKNOWN_KEY, "expected keyid " + thumbprint + " as in the token, got " + keyid);
    }
  }

  /**
   * Everything that the profile wants is covered.
   *
   * @param present as {@link #refuseAmbiguousFields} found
   * @return the digest that the request claims for its body
   */
  Optional<ContentDigest> requireCoverage(
      RequestView request, boolean[] present, boolean mayHaveContent) throws Refused {
    for (int i = 0; i < SignatureProfile.ALWAYS.size(); i++) {
      requireCovered(SignatureProfile.ALWAYS.get(i));
    }
    for (int i = 0; i < present.length; i++) {
      if (present[i]) {
        requireCovered(SignatureProfile.WHEN_PRESENT.get(i));
      }
    }
    List<String> fields = request.fieldValues(CONTENT_DIGEST);
    Optional<ContentDigest> digest =
        fields.isEmpty() ? Optional.empty() : Optional.of(digest(fields));
    if (mayHaveContent && !digest.map(d -> d.has(ContentDigest.Algorithm.SHA_256)).orElse(false)) {
      throw new Refused(
          Refusal.INSUFFICIENT_COVERAGE, "expected Content-Digest with sha-256 for the body");
    }
    return digest;
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

  private static ContentDigest digest(List<String> fields) throws Refused {
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
    boolean good = nonce.length() >= MIN_NONCE_LENGTH && nonce.length() <= MAX_NONCE_LENGTH;
    for (int i = 0; i < nonce.length() && good; i++) {
      char c = nonce.charAt(i);
      good =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '_';
    }
    if (!good) {
      throw malformed("expected a nonce of 128 to 256 bits in base64url");
    }
  }

  private static boolean hasOne(RequestView request, String name) throws Refused {
    int count = request.fieldValues(name).size();
    if (count > 1) {
      throw malformed("the field " + name + " comes more than once");
    }
    return count == 1;
  }

  private static Refused malformed(String detail) {
    return new Refused(Refusal.MALFORMED_SIGNATURE, detail);
  }
}
