// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

/** What became of one bundle. Being refused is an ordinary outcome, not an exception. */
public sealed interface BundleVerification {
  /** Authentic under the trusted root, and by a signer who was asked for. */
  record Verified(VerifiedBundle bundle) implements BundleVerification {}

  /**
   * Authentic, but not what was asked for.
   *
   * @param detail what was expected and what came
   */
  record NotAccepted(Mismatch mismatch, String detail) implements BundleVerification {}

  /**
   * Not to be believed: nothing in it is proved.
   *
   * @param detail what was expected and what came
   */
  record NotAuthentic(Flaw flaw, String detail) implements BundleVerification {}

  /** What an authentic bundle does not match. */
  enum Mismatch {
    /** Somebody else signed it, or the build's claims are not those that were asked for. */
    WRONG_SIGNER,
    /** The statement is about other artifacts. */
    WRONG_ARTIFACT
  }

  /** What makes a bundle worthless. */
  enum Flaw {
    /** It is no bundle, or one that contradicts itself. */
    BUNDLE_MALFORMED,
    /** A form or algorithm that is not checked here, and so not believed. */
    BUNDLE_UNSUPPORTED,
    /** The trusted root's authority did not issue the certificate, or no trusted log has it. */
    CERTIFICATE_UNTRUSTED,
    /** The signature is not one by that certificate or key over what the bundle carries. */
    SIGNATURE_INVALID,
    /** The entry is not proved to be in a log of the trusted root. */
    LOG_UNTRUSTED,
    /** The log's entry is about another signature, key or content. */
    LOG_ENTRY_MISMATCH,
    /** No trusted time, or one at which certificate, log or authority was not valid. */
    TIME_INVALID
  }
}
