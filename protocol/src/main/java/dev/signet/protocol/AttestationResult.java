// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.time.Instant;

/**
 * The answer to an accepted attestation.
 *
 * @param token the workload identity token, see {@link IdentityClaims}
 * @param notAfter when it ends
 * @param renewAfter when to attest again: half of its life
 */
public record AttestationResult(
    String token, Instant notAfter, Instant renewAfter, Appraisal appraisal, Instant serverTime) {
  public AttestationResult {
    Require.text(token, Limits.TOKEN_BYTES, "token");
    Require.present(notAfter, "notAfter");
    Require.present(renewAfter, "renewAfter");
    Require.present(appraisal, "appraisal");
  }
}
