// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.StatementVerification.Refused;
import dev.signet.measurements.StatementVerification.Verified;
import dev.signet.measurements.sigstore.BundleVerification;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerifier;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Validity;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Verifies reference statements in DSSE envelopes and in Sigstore bundles; the only maker of {@link
 * VerifiedStatement}.
 */
public final class StatementVerifier {
  private StatementVerifier() {}

  /**
   * Reads no clock, opens nothing, remembers nothing: the same arguments give the same answer.
   *
   * <p>An envelope: at least one signature must be by a pinned key. Signatures by others are
   * ignored; they neither help nor harm. The {@code keyid} decides nothing. A bundle: it must be
   * authentic under the policy's trusted root and by one of its identities; one without a
   * certificate is taken as the envelope in it.
   *
   * @param signed a DSSE envelope or a Sigstore bundle, as received
   * @param now the verifier's time
   */
  public static StatementVerification verify(byte[] signed, SignerPolicy policy, Instant now) {
    DsseEnvelope dsse;
    try {
      dsse = DsseEnvelope.parse(signed);
    } catch (MalformedMessageException e) {
      return isBundle(signed)
          ? bundle(signed, policy, now)
          : new Refused(Refusal.STATEMENT_MALFORMED, "DSSE envelope: " + e.getMessage());
    }
    return envelope(dsse, policy, now);
  }

  private static boolean isBundle(byte[] signed) {
    try {
      return SigstoreBundle.looksLikeOne(StrictJson.tree(signed, Limits.STATEMENT_BYTES));
    } catch (MalformedMessageException e) {
      return false; // the envelope's parser has told what is wrong
    }
  }

  private static StatementVerification bundle(byte[] signed, SignerPolicy policy, Instant now) {
    SigstoreBundle bundle;
    try {
      bundle = SigstoreBundle.parse(signed, Limits.STATEMENT_BYTES);
      if (bundle.certificate().isEmpty()) {
        return envelope(DsseEnvelope.of(bundle), policy, now);
      }
    } catch (MalformedMessageException e) {
      return new Refused(Refusal.STATEMENT_MALFORMED, "Sigstore bundle: " + e.getMessage());
    }
    if (policy.root().isEmpty()) {
      return new Refused(
          Refusal.STATEMENT_UNTRUSTED,
          "expected a trusted root for this keyless signature, but none is configured");
    }
    BundleVerifier verifier = new BundleVerifier(policy.root().get());
    return switch (verifier.verifyStatement(bundle, policy.identities(), now)) {
      case BundleVerification.NotAuthentic(Flaw flaw, String detail) ->
          new Refused(
              flaw == Flaw.BUNDLE_MALFORMED
                  ? Refusal.STATEMENT_MALFORMED
                  : Refusal.STATEMENT_UNTRUSTED,
              "Sigstore bundle: " + detail);
      case BundleVerification.NotAccepted(var _, String detail) ->
          new Refused(Refusal.STATEMENT_UNTRUSTED, detail);
      case BundleVerification.Verified(var verified) ->
          statement(verified.statement().orElseThrow().toArray(), List.of(verified.signer()), now);
    };
  }

  private static StatementVerification envelope(
      DsseEnvelope dsse, SignerPolicy policy, Instant now) {
    if (policy.keys().isEmpty()) {
      return new Refused(
          Refusal.STATEMENT_UNTRUSTED, "expected a pinned signer, but none is configured");
    }
    // Nothing of the payload is parsed before somebody we know has answered for it.
    List<String> signers = signers(dsse, policy);
    if (signers.isEmpty()) {
      return new Refused(Refusal.STATEMENT_UNTRUSTED, noneValid(dsse, policy));
    }
    if (!dsse.payloadType().equals(ReferenceStatement.PAYLOAD_TYPE)) {
      return new Refused(
          Refusal.STATEMENT_MALFORMED,
          "payloadType: expected " + ReferenceStatement.PAYLOAD_TYPE + ", got another");
    }
    return statement(dsse.payload().toArray(), signers, now);
  }

  private static StatementVerification statement(
      byte[] payload, List<String> signers, Instant now) {
    ReferenceStatement statement;
    try {
      statement = StatementPayload.parse(payload);
    } catch (MalformedMessageException e) {
      return new Refused(Refusal.STATEMENT_MALFORMED, "statement: " + e.getMessage());
    }
    Validity validity = statement.predicate().validity();
    if (!validity.covers(now)) {
      return new Refused(
          Refusal.STATEMENT_EXPIRED,
          "valid from " + validity.notBefore() + " to " + validity.notAfter() + ", now is " + now);
    }
    return new Verified(new VerifiedStatement(statement, Digest.hash(payload), signers));
  }

  private static List<String> signers(DsseEnvelope dsse, SignerPolicy policy) {
    byte[] signed = dsse.signedBytes();
    List<String> signers = new ArrayList<>();
    for (PublicJwk key : policy.keys()) {
      if (dsse.signatures().stream().anyMatch(s -> valid(s.sig().toArray(), signed, key))) {
        signers.add(key.thumbprint());
      }
    }
    return signers;
  }

  /** ECDSA on P-256 with SHA-256, the signature in DER as cosign and others write it. */
  static boolean valid(byte[] signature, byte[] signed, PublicJwk key) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initVerify(key.toPublicKey());
      ecdsa.update(signed);
      return ecdsa.verify(signature);
    } catch (SignatureException e) {
      return false; // not DER, or out of range
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  private static String noneValid(DsseEnvelope dsse, SignerPolicy policy) {
    return "expected a valid signature by one of "
        + policy.keys().stream().map(PublicJwk::thumbprint).toList()
        + ", got "
        + dsse.signatures().size()
        + " by others or over other bytes";
  }
}
