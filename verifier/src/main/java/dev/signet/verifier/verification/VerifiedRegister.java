// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Digest;

/**
 * What an NV launch register held beside a quote, opened once in that boot and never replaced
 * since. Only {@link RegisterVerifier} makes one.
 */
public final class VerifiedRegister {
  private final VerifiedQuote quote;
  private final long index;
  private final int pcr;
  private final Digest value;

  VerifiedRegister(VerifiedQuote quote, long index, int pcr, Digest value) {
    this.quote = quote;
    this.index = index;
    this.pcr = pcr;
    this.value = value;
  }

  /** The quote that it was certified with. */
  public VerifiedQuote quote() {
    return quote;
  }

  /** Handle of the NV index. */
  public long index() {
    return index;
  }

  /** The PCR that moves with the register. */
  public int pcr() {
    return pcr;
  }

  public Digest value() {
    return value;
  }
}
