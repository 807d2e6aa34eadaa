// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Lease;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.Provider;
import java.time.Instant;

/**
 * A software key that a proven request key vouched for, and that is there: both signed the same
 * evidence input, in which the lease is. Only {@link #verify} makes one.
 */
public final class LeasedKey {
  private final PublicJwk key;
  private final Instant notAfter;

  private LeasedKey(PublicJwk key, Instant notAfter) {
    this.key = key;
    this.notAfter = notAfter;
  }

  /**
   * @param by the request key, proven over {@code input}
   * @param input of the evidence that {@code lease} came in, see {@code EvidenceInput}
   * @param now the verifier's time
   * @param provider has {@code SHA256withECDSA}
   * @return refused with {@link Refusal#BAD_LEASE}
   * @throws IllegalArgumentException if the request key was proven over another input: a wrong call
   */
  public static Verification<LeasedKey> verify(
      ProvenKey by, Lease lease, byte[] input, Instant now, Provider provider) {
    if (!by.signed(input)) {
      throw new IllegalArgumentException("expected the input that the request key signed");
    }
    Instant latest = now.plus(Limits.LEASE_LIFE_MAX);
    if (!lease.notAfter().isAfter(now) || lease.notAfter().isAfter(latest)) {
      return new Refused<>(
          Refusal.BAD_LEASE,
          "expected a lease that ends after %s and by %s, got one until %s"
              .formatted(now, latest, lease.notAfter()));
    }
    if (lease.key().thumbprint().equals(by.key().thumbprint())) {
      return new Refused<>(
          Refusal.BAD_LEASE, "expected a lease for another key than the request key");
    }
    if (!EcdsaP256.verifies(lease.key(), input, lease.proof(), provider)) {
      return new Refused<>(
          Refusal.BAD_LEASE,
          "expected a signature by the leased key "
              + lease.key().thumbprint()
              + " over the evidence, got another");
    }
    return new Authentic<>(new LeasedKey(lease.key(), lease.notAfter()));
  }

  public PublicJwk key() {
    return key;
  }

  /** When the lease ends, by the verifier's time. */
  public Instant notAfter() {
    return notAfter;
  }
}
