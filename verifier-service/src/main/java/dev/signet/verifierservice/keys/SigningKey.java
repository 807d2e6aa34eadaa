// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;

/** One of the verifier's P-256 keys. Used by many threads. */
public final class SigningKey {
  private final PrivateKey key;
  private final PublicJwk publicJwk;
  private final Provider provider;

  SigningKey(PrivateKey key, PublicJwk publicJwk, Provider provider) {
    this.key = key;
    this.publicJwk = publicJwk.withKid();
    this.provider = provider;
  }

  /** With its thumbprint as {@code kid}. */
  public PublicJwk publicJwk() {
    return publicJwk;
  }

  /** ECDSA-SHA256, r || s, 64 bytes. */
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format", provider);
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
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
