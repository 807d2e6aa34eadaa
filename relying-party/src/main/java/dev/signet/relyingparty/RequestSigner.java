// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSigner;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureAlgorithm;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.SignedFields;
import dev.signet.requestsignatures.UnsignableMessageException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Signs requests as {@link SignatureProfile} wants them. Safe for use by many threads. */
public final class RequestSigner {
  private static final int NONCE_BYTES = Limits.SIGNATURE_NONCE_BITS / 8;

  private final MessageSigner signer;
  private final String keyThumbprint;
  private final SecureRandom random;

  /**
   * A signer with one P-256 key.
   *
   * @param keyThumbprint RFC 7638 thumbprint of the key
   * @param random for nonces
   */
  public RequestSigner(RawSigner key, String keyThumbprint, SecureRandom random) {
    this.signer = new MessageSigner(SignatureProfile.LABEL, key);
    this.keyThumbprint = keyThumbprint;
    this.random = random;
  }

  /**
   * Signs a request that has all its fields, the identity token and Content-Digest among them.
   *
   * @throws UnsignableMessageException if a covered field is missing or cannot be signed
   * @throws IOException if the key cannot be used now
   */
  public SignedFields sign(RequestView request, Instant now)
      throws UnsignableMessageException, IOException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return signer.sign(
        request,
        componentsOf(request),
        SignatureParameters.NONE
            .created(now)
            .expires(now.plus(Limits.SIGNATURE_LIFE))
            .nonce(Bytes.of(nonce).toBase64Url())
            .keyid(keyThumbprint)
            .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
            .tag(SignatureProfile.TAG));
  }

  private static List<CoveredComponent> componentsOf(RequestView request) {
    List<CoveredComponent> components = new ArrayList<>();
    for (String name : SignatureProfile.ALWAYS) {
      components.add(CoveredComponent.of(name));
    }
    for (String name : SignatureProfile.WHEN_PRESENT) {
      if (!request.fieldValues(name).isEmpty()) {
        components.add(CoveredComponent.of(name));
      }
    }
    return components;
  }
}
