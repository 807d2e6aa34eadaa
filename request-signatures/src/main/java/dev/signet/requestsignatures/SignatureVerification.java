// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** What became of one signature. */
public sealed interface SignatureVerification {
  /** The key signed this message. */
  record Verified(VerifiedSignature signature) implements SignatureVerification {}

  /** The key did not, or there is nothing that it can have signed. */
  record Refused(SignatureRefusal reason, String detail) implements SignatureVerification {}
}
