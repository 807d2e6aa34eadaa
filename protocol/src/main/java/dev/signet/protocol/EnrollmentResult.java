// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.time.Instant;

/**
 * The host is enrolled.
 *
 * @param akName 000B || SHA-256(akPublic), 34 bytes
 * @param approvalKey the verifier's state-approval key, under which request keys are sealed
 */
public record EnrollmentResult(
    HostId host, String verifier, Bytes akName, PublicJwk approvalKey, Instant serverTime) {
  public EnrollmentResult {
    Require.present(host, "host");
    Require.text(verifier, 255, "verifier");
    Require.size(akName, 34, 34, "akName");
    Require.present(approvalKey, "approvalKey");
  }
}
