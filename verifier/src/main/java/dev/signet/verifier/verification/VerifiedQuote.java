// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * PCR values that a known attestation key signed together with an input that we chose. Only {@link
 * QuoteVerifier} makes one.
 */
public final class VerifiedQuote {
  private final AttestationKey key;
  private final Digest extraData;
  private final SortedMap<Integer, Digest> pcrs;
  private final ClockInfo clockInfo;
  private final long firmwareVersion;

  VerifiedQuote(
      AttestationKey key,
      Digest extraData,
      Map<Integer, Digest> pcrs,
      ClockInfo clockInfo,
      long firmwareVersion) {
    this.key = key;
    this.extraData = extraData;
    this.pcrs = Collections.unmodifiableSortedMap(new TreeMap<>(pcrs));
    this.clockInfo = clockInfo;
    this.firmwareVersion = firmwareVersion;
  }

  /** The attestation key that signed it. */
  AttestationKey key() {
    return key;
  }

  /** Name of the attestation key that signed it, 34 bytes. */
  public Bytes akName() {
    return key.name();
  }

  /** SHA-256 bank values by index, ascending: exactly the set that was asked for. */
  public SortedMap<Integer, Digest> pcrs() {
    return pcrs;
  }

  public PcrSelection selection() {
    return PcrSelection.of(pcrs.keySet());
  }

  public ClockInfo clockInfo() {
    return clockInfo;
  }

  /** The TPM's firmware version, a vendor's 64-bit number. */
  public long firmwareVersion() {
    return firmwareVersion;
  }

  /** Whether it was made over {@code input} (see {@code EvidenceInput}). */
  public boolean binds(byte[] input) {
    return Digest.hash(input).equals(extraData);
  }

  @Override
  public String toString() {
    return "quote by " + key + " of " + pcrs.keySet() + ", " + clockInfo;
  }
}
