// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSigner;
import dev.signet.requestsignatures.SignatureAlgorithm;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.SignedFields;
import dev.signet.requestsignatures.UnsignableMessageException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Puts the identity and the signature of protocol.md's profile on a request. */
final class RequestSigning {
  /** The longest that the profile allows: a slow connection still arrives in time. */
  private static final Duration LIFE = Duration.ofSeconds(60);

  private static final int NONCE_BYTES = 18;

  private final EgressIdentity identity;
  private final Clock clock;
  private final SecureRandom random;

  RequestSigning(EgressIdentity identity, Clock clock, SecureRandom random) {
    this.identity = identity;
    this.clock = clock;
    this.random = random;
  }

  /** Whether signing, or refusing to sign, blocks nobody at this moment. */
  boolean isAtOnce() {
    return identity.current().map(EgressIdentity.Current::atOnce).orElse(true);
  }

  /** The identity that is good at this moment. */
  EgressIdentity.Current current() throws RefusedRequestException {
    EgressIdentity.Current current = identity.current().orElse(null);
    if (current == null) {
      throw new RefusedRequestException(
          EgressReason.NOT_ATTESTED,
          "The launcher has no attested identity for this agent: attestation is pending or was "
              + "refused. Nothing is sent unsigned. The launcher's output says why; try again "
              + "after it says that the agent is attested.");
    }
    if (!clock.instant().isBefore(current.notAfter())) {
      throw new RefusedRequestException(
          EgressReason.NOT_ATTESTED,
          "The agent's attested identity ended at %s and was not renewed. Nothing is sent unsigned. "
                  .formatted(current.notAfter())
              + "The launcher's output says why the renewal failed; try again when it succeeded.");
    }
    return current;
  }

  /** The fields to be sent: signed, unless a rule of the operator's says otherwise. */
  List<Field> sign(String method, CredentialedRequest request, byte[] digest)
      throws RefusedRequestException, IOException {
    if (!request.signed()) {
      current(); // nobody but an attested agent gets a secret
      return request.fields();
    }
    return sign(method, request.target(), request.fields(), digest);
  }

  /**
   * Signs; may block as long as the key does.
   *
   * @param fields the fields that go with it, Host among them
   * @param digest SHA-256 of the body, or null if there is none
   * @return the fields to be sent, all of them
   * @throws IOException if the key cannot be used now
   */
  List<Field> sign(String method, Target target, List<Field> fields, byte[] digest)
      throws RefusedRequestException, IOException {
    EgressIdentity.Current signing = current();
    List<Field> sent = new ArrayList<>(fields);
    if (digest != null) {
      sent.add(
          new Field(
              "Content-Digest", ContentDigest.fieldValue(ContentDigest.Algorithm.SHA_256, digest)));
    }
    sent.add(new Field("Workload-Identity-Token", signing.workloadIdentityToken()));
    RequestToSign request = new RequestToSign(method, target, List.copyOf(sent));
    try {
      SignedFields signed =
          new MessageSigner(SignatureProfile.LABEL, signing.signer())
              .sign(request, covered(request), parameters(signing));
      sent.add(new Field("Signature-Input", signed.signatureInput()));
      sent.add(new Field("Signature", signed.signature()));
      return sent;
    } catch (SignerBusyException e) {
      throw RefusedRequestException.busy(e);
    } catch (UnsignableMessageException e) {
      throw RefusedRequestException.malformed(
          "A part of the request that must be signed cannot be: " + e.getMessage());
    }
  }

  private static List<CoveredComponent> covered(RequestToSign request) {
    List<CoveredComponent> covered = new ArrayList<>();
    for (String name : SignatureProfile.ALWAYS) {
      covered.add(CoveredComponent.of(name));
    }
    for (String name : SignatureProfile.WHEN_PRESENT) {
      if (!request.fieldValues(name).isEmpty()) {
        covered.add(CoveredComponent.of(name));
      }
    }
    return covered;
  }

  private SignatureParameters parameters(EgressIdentity.Current signing) {
    Instant now = clock.instant();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return SignatureParameters.NONE
        .created(now)
        .expires(now.plus(LIFE))
        .nonce(Base64.getUrlEncoder().withoutPadding().encodeToString(nonce))
        .keyid(signing.keyThumbprint())
        .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
        .tag(SignatureProfile.TAG);
  }
}
