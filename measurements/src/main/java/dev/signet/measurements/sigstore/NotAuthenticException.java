// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.measurements.sigstore.BundleVerification.Flaw;

/** Ends a verification; {@link BundleVerifier} turns it into a value. */
final class NotAuthenticException extends Exception {
  private static final long serialVersionUID = 1;

  private final Flaw flaw;

  NotAuthenticException(Flaw flaw, String detail) {
    super(detail);
    this.flaw = flaw;
  }

  NotAuthenticException(Flaw flaw, String detail, Throwable cause) {
    super(detail, cause);
    this.flaw = flaw;
  }

  Flaw flaw() {
    return flaw;
  }
}
