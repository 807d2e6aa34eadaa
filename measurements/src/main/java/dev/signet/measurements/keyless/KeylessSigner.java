// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.measurements.StatementPayload;
import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.measurements.sigstore.BundleVerification;
import dev.signet.measurements.sigstore.BundleVerifier;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Signs with a key that lives for one signature: Fulcio certifies it for the identity in a token,
 * Rekor logs the signature, a timestamp authority dates it.
 */
public final class KeylessSigner {
  /** What certificate, proofs and timestamp need of {@link Limits#STATEMENT_BYTES}. */
  private static final int PROOF_BYTES = 64 * 1024;

  private static final int MAX_STATEMENT_BYTES = (Limits.STATEMENT_BYTES - PROOF_BYTES) / 4 * 3;

  private final SigningConfig config;
  private final TrustedRoot root;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param root what is made must verify under it before anybody gets it
   */
  public KeylessSigner(
      SigningConfig config, TrustedRoot root, InstantSource clock, SecureRandom random) {
    this.config = config;
    this.root = root;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A signed statement.
   *
   * @param bundle a Sigstore bundle of version 0.3
   * @param signer who signed it, as verifiers have to name him
   */
  public record Signed(byte[] bundle, SignerIdentity signer) {}

  /**
   * Signs a reference statement, byte for byte.
   *
   * @throws MalformedMessageException if {@code statement} is none, since a public log forgets
   *     nothing; or if the signing config has no service to ask
   * @throws IOException if a service fails, or what it gives does not verify
   */
  public Signed sign(byte[] statement, IdentityToken token)
      throws IOException, InterruptedException, MalformedMessageException {
    StatementPayload.parse(statement);
    if (statement.length > MAX_STATEMENT_BYTES) {
      throw new MalformedMessageException(
          "expected a statement of at most "
              + MAX_STATEMENT_BYTES
              + " bytes, so that its bundle"
              + " is not over the limit, got "
              + statement.length);
    }
    SigningConfig.Chosen authority = config.authority(clock.instant());
    SigningConfig.Chosen log = config.log(clock.instant());
    Optional<SigningConfig.Chosen> timestamps = config.timestamps(clock.instant());
    if (log.majorApiVersion() == 2 && timestamps.isEmpty()) {
      throw new MalformedMessageException(
          "signing config: tsaUrls: expected one that is valid now, since Rekor v2 gives no time");
    }
    byte[] bundle;
    try (ServiceCalls calls = new ServiceCalls()) {
      EphemeralKey key = new EphemeralKey(random);
      byte[] certificate = FulcioCertificate.ask(calls, authority.url(), token, key);
      byte[] signed = PreAuthenticationEncoding.of(ReferenceStatement.PAYLOAD_TYPE, statement);
      byte[] signature = key.sign(signed);
      byte[] timestamp =
          timestamps.isEmpty()
              ? null
              : Timestamp.ask(calls, timestamps.get().url(), signature, random);
      ObjectNode envelope = envelope(statement, signature);
      JsonNode entry =
          log.majorApiVersion() == 2
              ? RekorEntry.version2(calls, log.url(), signed, signature, certificate)
              : RekorEntry.version1(calls, log.url(), envelope, certificate);
      bundle = StrictJson.encode(bundle(certificate, entry, timestamp, envelope));
    }
    return checked(bundle);
  }

  /** Nobody is to find out later that what CI made is of no use. */
  private Signed checked(byte[] bundle) throws IOException {
    String useless = "what the services gave does not verify under this trusted root: ";
    try {
      SigstoreBundle parsed = SigstoreBundle.parse(bundle, SigstoreBundle.MAX_BYTES);
      SignerIdentity signer = parsed.claimedSigner();
      return switch (new BundleVerifier(root)
          .verifyStatement(parsed, List.of(signer), clock.instant())) {
        case BundleVerification.Verified _ -> new Signed(bundle, signer);
        case BundleVerification.NotAccepted(var _, String detail) ->
            throw new IOException(useless + detail);
        case BundleVerification.NotAuthentic(var _, String detail) ->
            throw new IOException(useless + detail);
      };
    } catch (MalformedMessageException e) {
      throw new IOException(useless + e.getMessage(), e);
    }
  }

  private static ObjectNode envelope(byte[] statement, byte[] signature) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("payload", Base64.getEncoder().encodeToString(statement));
    envelope.put("payloadType", ReferenceStatement.PAYLOAD_TYPE);
    envelope
        .putArray("signatures")
        .addObject()
        .put("sig", Base64.getEncoder().encodeToString(signature));
    return envelope;
  }

  private static ObjectNode bundle(
      byte[] certificate, JsonNode entry, byte[] timestamp, ObjectNode envelope) {
    Base64.Encoder base64 = Base64.getEncoder();
    ObjectNode bundle = JsonNodeFactory.instance.objectNode();
    bundle.put("mediaType", SigstoreBundle.MEDIA_TYPE);
    ObjectNode material = bundle.putObject("verificationMaterial");
    material.putObject("certificate").put("rawBytes", base64.encodeToString(certificate));
    material.putArray("tlogEntries").add(entry);
    if (timestamp != null) {
      material
          .putObject("timestampVerificationData")
          .putArray("rfc3161Timestamps")
          .addObject()
          .put("signedTimestamp", base64.encodeToString(timestamp));
    }
    bundle.set("dsseEnvelope", envelope);
    return bundle;
  }
}
