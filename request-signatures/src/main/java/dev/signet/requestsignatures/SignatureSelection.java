// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** What a message carries for the tag that a verifier asked for. */
public sealed interface SignatureSelection {
  /** Exactly one signature has the tag. Nothing about it is checked yet but its form. */
  record Selected(MessageSignature signature) implements SignatureSelection {}

  /** The message has neither Signature nor Signature-Input. */
  record Unsigned() implements SignatureSelection {}

  /** The fields are malformed, or do not single out one signature. */
  record Refused(SignatureRefusal reason, String detail) implements SignatureSelection {}
}
