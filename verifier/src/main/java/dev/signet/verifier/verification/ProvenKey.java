// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.Provider;

/**
 * A request key whose private half signed the same input that a quote binds. Only {@link #verify}
 * makes one.
 */
public final class ProvenKey {
  private final PublicJwk key;
  private final Digest signed;

  private ProvenKey(PublicJwk key, Digest signed) {
    this.key = key;
    this.signed = signed;
  }

  /**
   * @param input see {@code EvidenceInput}
   * @param proof r || s, 64 bytes
   * @param provider has {@code SHA256withECDSA}
   * @return refused with {@link Refusal#BAD_PROOF_OF_POSSESSION}
   * @throws IllegalArgumentException if the quote binds another input: a wrong call
   */
  public static Verification<ProvenKey> verify(
      PublicJwk key, VerifiedQuote quote, byte[] input, Bytes proof, Provider provider) {
    if (!quote.binds(input)) {
      throw new IllegalArgumentException("expected the input that the quote binds, got another");
    }
    if (!EcdsaP256.verifies(key, input, proof, provider)) {
      return new Refused<>(
          Refusal.BAD_PROOF_OF_POSSESSION,
          "expected a signature by key " + key.thumbprint() + " over the evidence, got another");
    }
    return new Authentic<>(new ProvenKey(key, Digest.hash(input)));
  }

  /** Whether it signed {@code input}. */
  boolean signed(byte[] input) {
    return Digest.hash(input).equals(signed);
  }

  public PublicJwk key() {
    return key;
  }
}
