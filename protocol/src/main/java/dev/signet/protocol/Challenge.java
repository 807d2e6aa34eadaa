// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * A single-use nonce.
 *
 * @param pcrs the SHA-256 bank indexes that the quote must cover, exactly, ascending
 * @param registerPcr the launch register, one of {@code pcrs}
 * @param logs which of the host's own logs are wanted; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Challenge(
    Bytes nonce,
    Purpose purpose,
    String verifier,
    List<Integer> pcrs,
    int registerPcr,
    Instant expires,
    Instant serverTime,
    LogRequest logs) {
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

  /** One that wants no logs. */
  public Challenge(
      Bytes nonce,
      Purpose purpose,
      String verifier,
      List<Integer> pcrs,
      int registerPcr,
      Instant expires,
      Instant serverTime) {
    this(nonce, purpose, verifier, pcrs, registerPcr, expires, serverTime, null);
  }
}
