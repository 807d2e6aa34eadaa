// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.BundleVerification.NotAccepted;
import dev.signet.measurements.sigstore.BundleVerification.NotAuthentic;
import dev.signet.measurements.sigstore.BundleVerification.Verified;
import dev.signet.measurements.sigstore.SigstoreBundle.Content;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Verifies Sigstore bundles under one trusted root; the only maker of {@link VerifiedBundle}. Who
 * may have signed cannot be left out.
 *
 * <p>Reads no clock, opens nothing, remembers nothing: the same arguments give the same answer.
 */
public final class BundleVerifier {
  /** How far ahead of ours the clock of a log or a timestamp authority may be. */
  static final Duration SKEW = Duration.ofSeconds(60);

  static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private final TrustedRoot root;

  public BundleVerifier(TrustedRoot root) {
    this.root = root;
  }

  /**
   * An in-toto statement, whatever it is about: the caller looks at {@link
   * VerifiedBundle#statement}.
   *
   * @param signers who may have signed; nobody is believed if it is empty
   * @param now the verifier's time
   */
  public BundleVerification verifyStatement(
      SigstoreBundle bundle, Collection<SignerIdentity> signers, Instant now) {
    if (!(bundle.content() instanceof Content.Dsse)) {
      return new NotAuthentic(
          Flaw.BUNDLE_UNSUPPORTED,
          "expected a statement in a DSSE envelope, got a signature over a file");
    }
    try {
      return accept(prove(bundle, List.of(), now), signers);
    } catch (NotAuthenticException e) {
      return new NotAuthentic(e.flaw(), e.getMessage());
    }
  }

  /**
   * A signature over an artifact, or an in-toto statement that names it as a subject.
   *
   * @param signers who may have signed with a certificate
   * @param keys who may have signed with a key of his own; the bundle's own hint decides nothing
   * @param artifact SHA-256 of it
   * @param now the verifier's time
   */
  public BundleVerification verifyArtifact(
      SigstoreBundle bundle,
      Collection<SignerIdentity> signers,
      Collection<PublicJwk> keys,
      Digest artifact,
      Instant now) {
    try {
      Proved proved = prove(bundle, keys, now);
      BundleVerification accepted = accept(proved, signers);
      if (accepted instanceof Verified) {
        Optional<String> other = differs(bundle.content(), artifact);
        if (other.isPresent()) {
          return new NotAccepted(Mismatch.WRONG_ARTIFACT, other.get());
        }
      }
      return accepted;
    } catch (NotAuthenticException e) {
      return new NotAuthentic(e.flaw(), e.getMessage());
    }
  }

  /**
   * What is proved before anybody asks who it was.
   *
   * @param certificate null if a pinned key signed
   * @param key the pinned key, or null
   */
  private record Proved(
      SigningCertificate certificate,
      PublicJwk key,
      Content content,
      Instant signedAt,
      long logIndex) {}

  private Proved prove(SigstoreBundle bundle, Collection<PublicJwk> keys, Instant now)
      throws NotAuthenticException {
    LogEntry entry =
        bundle
            .entry()
            .orElseThrow(
                () ->
                    new NotAuthenticException(
                        Flaw.LOG_UNTRUSTED, "expected an entry of a transparency log, got none"))
            .entry();
    Content content = bundle.content();
    Digest signed = signed(content);
    SigningCertificate certificate = null;
    PublicJwk key = null;
    LogEntryContent.Verifier verifier;
    if (bundle.certificate().isPresent()) {
      certificate = SigningCertificate.parse(bundle.certificate().get().toArray());
      root.requireIssued(certificate);
      requireSignature(valid(content.signature(), signed, certificate.key()));
      verifier = new LogEntryContent.Verifier(true, Bytes.of(certificate.der()));
    } else {
      key =
          keys.stream().filter(k -> valid(content.signature(), signed, k)).findFirst().orElse(null);
      requireSignature(key != null);
      verifier = new LogEntryContent.Verifier(false, Bytes.of(spki(key)));
    }
    root.requireLogged(entry);
    LogEntryContent logged = LogEntryContent.of(entry);
    boolean timed = logged.timed();
    logged.requireAbout(content, signed, verifier);
    Instant signedAt = time(bundle, entry, timed, certificate, now);
    return new Proved(certificate, key, content, signedAt, entry.logIndex());
  }

  private static BundleVerification accept(Proved proved, Collection<SignerIdentity> signers) {
    if (proved.key() != null) {
      return new Verified(verified(proved.key().thumbprint(), proved));
    }
    List<String> differences = new ArrayList<>();
    for (SignerIdentity signer : signers) {
      Optional<String> difference = signer.differs(proved.certificate());
      if (difference.isEmpty()) {
        return new Verified(verified(signer.name(), proved));
      }
      differences.add(difference.get());
    }
    return new NotAccepted(
        Mismatch.WRONG_SIGNER,
        (differences.isEmpty() ? "expected nobody" : String.join("; or ", differences))
            + "; signed by "
            + proved.certificate().identity()
            + " of "
            + proved.certificate().issuer());
  }

  private static VerifiedBundle verified(String signer, Proved proved) {
    return new VerifiedBundle(
        signer,
        proved.certificate(),
        proved.content() instanceof Content.Dsse dsse ? dsse.payload() : null,
        proved.signedAt(),
        proved.logIndex());
  }

  /** SHA-256 of the bytes that the signature is over. */
  static Digest signed(Content content) throws NotAuthenticException {
    return switch (content) {
      case Content.Message message -> Digest.ofDigest(message.digest().toArray());
      case Content.Dsse dsse when dsse.payloadType().equals(PAYLOAD_TYPE) ->
          Digest.hash(PreAuthenticationEncoding.of(dsse.payloadType(), dsse.payload().toArray()));
      case Content.Dsse _ ->
          throw new NotAuthenticException(
              Flaw.BUNDLE_UNSUPPORTED, "payloadType: expected " + PAYLOAD_TYPE + ", got another");
    };
  }

  /**
   * Every time that the bundle gives must be good, and there must be one. The library checks who
   * gives a time, but not that the certificate was valid then (Rekor v1), nor that the log was.
   */
  private Instant time(
      SigstoreBundle bundle,
      LogEntry entry,
      boolean timed,
      SigningCertificate certificate,
      Instant now)
      throws NotAuthenticException {
    List<Instant> times = new ArrayList<>();
    for (Bytes response : bundle.timestamps()) {
      times.add(root.timestamp(response, bundle.content().signature()));
    }
    if (timed) {
      if (entry.promise() == null || entry.integratedTime() == 0) {
        throw new NotAuthenticException(
            Flaw.TIME_INVALID, "log entry: expected a time that the log signed (Rekor v1)");
      }
      times.add(Instant.ofEpochSecond(entry.integratedTime()));
    } else if (entry.integratedTime() != 0 || entry.promise() != null) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "log entry: expected no time nor promise (Rekor v2)");
    } else if (entry.logIndex() != entry.proof().index()) {
      // Nobody signed the outer one.
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "log entry: expected the index that is proved (Rekor v2)");
    }
    if (times.isEmpty()) {
      throw new NotAuthenticException(
          Flaw.TIME_INVALID, "expected a timestamp, since Rekor v2 gives no time");
    }
    for (Instant time : times) {
      if (certificate != null && !certificate.validAt(time)) {
        throw new NotAuthenticException(
            Flaw.TIME_INVALID,
            "signed at " + time + ", but the certificate is valid " + certificate.validity());
      }
      if (time.isAfter(now.plus(SKEW))) {
        throw new NotAuthenticException(
            Flaw.TIME_INVALID, "signed at " + time + ", but now is " + now);
      }
      root.requireLogValid(entry, time);
    }
    return times.stream().min(Instant::compareTo).orElseThrow();
  }

  private static void requireSignature(boolean valid) throws NotAuthenticException {
    if (!valid) {
      throw new NotAuthenticException(
          Flaw.SIGNATURE_INVALID,
          "expected a signature by the certificate's key, or by a pinned one, over this content");
    }
  }

  /** ECDSA on P-256 over a digest that is given. */
  static boolean valid(Bytes signature, Digest signed, PublicJwk key) {
    try {
      Signature ecdsa = Signature.getInstance("NONEwithECDSA");
      ecdsa.initVerify(key.toPublicKey());
      ecdsa.update(signed.toArray());
      return ecdsa.verify(signature.toArray());
    } catch (SignatureException e) {
      return false; // not DER, or out of range
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  private static byte[] spki(PublicJwk key) {
    return key.toPublicKey().getEncoded();
  }

  /** How the artifact is not what was signed; called when the content is known to be authentic. */
  private static Optional<String> differs(Content content, Digest artifact) {
    return switch (content) {
      case Content.Message message ->
          Digest.ofDigest(message.digest().toArray()).equals(artifact)
              ? Optional.empty()
              : Optional.of(
                  "artifact: expected "
                      + Digest.ofDigest(message.digest().toArray())
                      + ", got "
                      + artifact);
      case Content.Dsse dsse -> {
        try {
          for (JsonNode subject :
              StrictJson.tree(dsse.payload().toArray(), SigstoreBundle.MAX_BYTES).path("subject")) {
            if (artifact.toHex().equals(subject.path("digest").path("sha256").textValue())) {
              yield Optional.empty();
            }
          }
          yield Optional.of("artifact: expected a subject of the statement, got " + artifact);
        } catch (MalformedMessageException e) {
          yield Optional.of("statement: " + e.getMessage());
        }
      }
    };
  }
}
