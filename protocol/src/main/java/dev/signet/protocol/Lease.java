// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A software key that signs requests in place of the request key, for minutes. {@link #part} is a
 * part of the evidence input, which the request key signs: that signature is the request key's word
 * for the lease, for this attestation alone.
 *
 * @param key of the lease; alg ES256, no kid
 * @param notAfter when it ends, by the verifier's time, in whole seconds
 * @param proof ECDSA P-256 signature r || s by {@code key} over the same input
 */
public record Lease(PublicJwk key, Instant notAfter, Bytes proof) {
  public Lease {
    Require.present(key, "lease.key");
    Require.present(notAfter, "lease.notAfter");
    Require.size(proof, 64, 64, "lease.proof");
    if (!notAfter.equals(notAfter.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("lease.notAfter: expected whole seconds");
    }
  }

  /** {@code x || y || u64 seconds since 1970}, 72 bytes. */
  byte[] part() {
    return part(key, notAfter);
  }

  /** {@code x || y || u64 seconds since 1970}, 72 bytes. */
  public static byte[] part(PublicJwk key, Instant notAfter) {
    return ByteBuffer.allocate(72).put(key.point()).putLong(notAfter.getEpochSecond()).array();
  }
}
