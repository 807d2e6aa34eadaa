// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Refusal;

/** Carries a refusal up to {@link RequestVerifier}, which returns it as a value; no stack trace. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final Refusal reason;

  Refused(Refusal reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  Refusal reason() {
    return reason;
  }
}
