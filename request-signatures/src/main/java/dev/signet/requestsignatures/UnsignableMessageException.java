// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** A message that no signature base can be made of, such as one that lacks a component. */
public final class UnsignableMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final SignatureRefusal reason;

  UnsignableMessageException(SignatureRefusal reason, String detail) {
    super(reason + ": " + detail);
    this.reason = reason;
  }

  public SignatureRefusal reason() {
    return reason;
  }
}
