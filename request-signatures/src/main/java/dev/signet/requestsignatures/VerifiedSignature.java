// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/**
 * A signature that {@link MessageSignature#verify} found good. Says who signed and what; whether
 * that is enough (coverage, freshness, replay) is the verifier's own question.
 */
public final class VerifiedSignature {
  private final MessageSignature signature;
  private final VerificationKey key;

  VerifiedSignature(MessageSignature signature, VerificationKey key) {
    this.signature = signature;
    this.key = key;
  }

  /** The signature with its covered components and parameters. */
  public MessageSignature signature() {
    return signature;
  }

  /** The key that made it. */
  public VerificationKey key() {
    return key;
  }
}
