// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

/** Ends the check of one candidate; {@link ImageSignatures} turns it into a finding. */
final class RejectedSignatureException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final boolean authentic;

  private RejectedSignatureException(String reason, String detail, boolean authentic) {
    super(detail);
    this.reason = reason;
    this.authentic = authentic;
  }

  /** Worth nothing. */
  static RejectedSignatureException notAuthentic(Enum<?> reason, String detail) {
    return new RejectedSignatureException(reason.name(), detail, false);
  }

  /** Authentic, and not what was asked for. */
  static RejectedSignatureException notAccepted(Enum<?> reason, String detail) {
    return new RejectedSignatureException(reason.name(), detail, true);
  }

  ImageSignatureFinding at(String place) {
    return new ImageSignatureFinding(place, reason, getMessage(), authentic);
  }
}
