// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.HashAlgorithm;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * PCR values that a given key signed over a given nonce. Only {@link ForeignQuoteVerifier} makes
 * one. It is no {@link VerifiedQuote}: nothing proves which TPM the key is in, so no agent is
 * appraised by it.
 */
public final class ForeignQuote {
  private final QuoteKey key;
  private final String algorithm;
  private final Bytes qualifiedSigner;
  private final ClockInfo clockInfo;
  private final long firmwareVersion;
  private final HashAlgorithm bank;
  private final SortedMap<Integer, Bytes> pcrs;

  ForeignQuote(
      QuoteKey key,
      String algorithm,
      Bytes qualifiedSigner,
      ClockInfo clockInfo,
      long firmwareVersion,
      HashAlgorithm bank,
      SortedMap<Integer, Bytes> pcrs) {
    this.key = key;
    this.algorithm = algorithm;
    this.qualifiedSigner = qualifiedSigner;
    this.clockInfo = clockInfo;
    this.firmwareVersion = firmwareVersion;
    this.bank = bank;
    this.pcrs = Collections.unmodifiableSortedMap(new TreeMap<>(pcrs));
  }

  public QuoteKey key() {
    return key;
  }

  /** As in {@code ECDSA with SHA-256}. */
  public String algorithm() {
    return algorithm;
  }

  /** What the TPM says that the key's Qualified Name is; not compared with anything. */
  public Bytes qualifiedSigner() {
    return qualifiedSigner;
  }

  public ClockInfo clockInfo() {
    return clockInfo;
  }

  /** A vendor's 64-bit number; obfuscated, as the counters are, where the key is an owner's. */
  public long firmwareVersion() {
    return firmwareVersion;
  }

  public HashAlgorithm bank() {
    return bank;
  }

  /** Values by index, ascending: all that were signed, and no others. */
  public SortedMap<Integer, Bytes> pcrs() {
    return pcrs;
  }
}
