// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.RawSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One of the verifier's P-256 keys. Used by many threads. */
public final class SigningKey {
  private final PublicJwk publicJwk;
  private final RawSigner signer;

  SigningKey(RawSigner signer, PublicJwk publicJwk) {
    this.signer = signer;
    this.publicJwk = publicJwk.withKid();
  }

  /** With its thumbprint as {@code kid}. */
  public PublicJwk publicJwk() {
    return publicJwk;
  }

  /** ECDSA-SHA256, r || s, 64 bytes. */
  public byte[] sign(byte[] message) {
    try {
      return signer.sign(message);
    } catch (IOException e) {
      throw new IllegalStateException("signing with our own key failed", e);
    }
  }

  /** A compact JWS with this key's thumbprint as {@code kid}. */
  public String jws(String typ, byte[] payload) {
    String input = CompactJws.signingInput(typ, publicJwk.kid(), payload);
    return CompactJws.assemble(input, sign(input.getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public String toString() {
    return "SigningKey[" + publicJwk.kid() + "]";
  }
}
