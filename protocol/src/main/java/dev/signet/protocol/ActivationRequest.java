// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * {@code POST /v1/enrollments/{id}/activation}.
 *
 * @param secret what TPM2_ActivateCredential returned
 * @param quote over the enrolment's nonce, see {@link EvidenceInput#forEnrollment}
 */
public record ActivationRequest(Bytes secret, QuoteEvidence quote) {
  public ActivationRequest {
    Require.size(secret, 1, 64, "secret");
    Require.present(quote, "quote");
  }
}
