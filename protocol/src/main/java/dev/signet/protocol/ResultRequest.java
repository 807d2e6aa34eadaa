// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * {@code POST /v1/results}: the attestation result as an EAR, for a relying party that reads those.
 * The answer is the token itself, {@code application/eat+jwt}.
 *
 * @param nonce the relying party's, 8 to 64 bytes; comes back as {@code eat_nonce} (RFC 9711, 4.1)
 */
public record ResultRequest(Bytes nonce) {
  public ResultRequest {
    Require.size(nonce, 8, 64, "nonce");
  }
}
