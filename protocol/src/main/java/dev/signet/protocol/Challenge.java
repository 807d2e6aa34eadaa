// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.time.Instant;
import java.util.List;

/**
 * A single-use nonce.
 *
 * @param pcrs the SHA-256 bank indexes that the quote must cover, exactly, ascending
 * @param registerPcr the launch register, one of {@code pcrs}
 */
public record Challenge(
    Bytes nonce,
    Purpose purpose,
    String verifier,
    List<Integer> pcrs,
    int registerPcr,
    Instant expires,
    Instant serverTime) {
  public Challenge {
    Require.size(nonce, Limits.NONCE_BYTES, Limits.NONCE_BYTES, "nonce");
    Require.present(purpose, "purpose");
    Require.text(verifier, 255, "verifier");
    pcrs = Require.pcrs(pcrs, "pcrs");
    Require.present(expires, "expires");
    if (!pcrs.contains(registerPcr)) {
      throw new IllegalArgumentException("registerPcr: expected one of the PCRs asked for");
    }
  }
}
