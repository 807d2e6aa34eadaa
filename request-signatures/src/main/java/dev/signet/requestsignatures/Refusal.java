// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/**
 * Carries a refusal up to the public method that returns it as a value. No stack trace: peers cause
 * it at will.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final SignatureRefusal reason;

  Refusal(SignatureRefusal reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  SignatureRefusal reason() {
    return reason;
  }
}
