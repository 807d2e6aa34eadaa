// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** The algorithms of RFC 9421 section 3.3 that this library signs and verifies with. */
public enum SignatureAlgorithm {
  /** ECDSA over P-256 with SHA-256; a signature is r and s, 32 bytes each (section 3.3.4). */
  ECDSA_P256_SHA256("ecdsa-p256-sha256"),
  /** Ed25519 (section 3.3.6); a signature is 64 bytes too. */
  ED25519("ed25519");

  /** Length of a signature of either algorithm, in bytes. */
  public static final int SIGNATURE_LENGTH = 64;

  private final String registeredName;

  SignatureAlgorithm(String registeredName) {
    this.registeredName = registeredName;
  }

  /** The name in the HTTP Signature Algorithms registry, as it stands in {@code alg}. */
  public String registeredName() {
    return registeredName;
  }
}
