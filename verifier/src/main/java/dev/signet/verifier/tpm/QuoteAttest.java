// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TPMS_ATTEST of a quote (Part 2 section 10.12.12), as said by somebody: parsing checks the form,
 * not the signature.
 *
 * @param qualifiedSigner Qualified Name of the signing key
 * @param extraData qualifyingData of TPM2_Quote
 * @param firmwareVersion vendor's number, 64 bits
 * @param selections as signed, in order
 * @param pcrDigest hash over the selected PCRs
 */
public record QuoteAttest(
    Bytes qualifiedSigner,
    Bytes extraData,
    ClockInfo clockInfo,
    long firmwareVersion,
    List<Selection> selections,
    Bytes pcrDigest) {
  private static final int MAX_SELECTIONS = 16;
  private static final int MAX_MAP_BYTES = 4;
  private static final int MAX_HASH_BYTES = 64;
  private static final int MAX_NAME_BYTES = 2 + MAX_HASH_BYTES;

  /** TPMS_PCR_SELECTION: a bank and its map. */
  public record Selection(int hashAlgorithm, Bytes map) {
    /** Whether this is exactly {@code expected}, bit for bit. */
    public boolean is(PcrSelection expected) {
      return hashAlgorithm == TpmConstants.ALG_SHA256 && map.equals(Bytes.of(expected.map()));
    }

    /** The bank; empty if it is none that is believed. */
    public Optional<HashAlgorithm> hash() {
      return HashAlgorithm.of(hashAlgorithm);
    }

    @Override
    public String toString() {
      return "%04x:%s".formatted(hashAlgorithm, map.toHex());
    }
  }

  public QuoteAttest {
    selections = List.copyOf(selections);
  }

  /** Parses exactly one TPMS_ATTEST of type TPM_ST_ATTEST_QUOTE. */
  public static QuoteAttest parse(byte[] attest) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(attest, "TPMS_ATTEST");
    long magic = in.u32("magic");
    if (magic != TpmConstants.GENERATED) {
      throw in.malformed("magic ff544347, made by a TPM", "%08x".formatted(magic));
    }
    in.constant(TpmConstants.ST_ATTEST_QUOTE, "type");
    Bytes qualifiedSigner = in.sized(MAX_NAME_BYTES, "qualifiedSigner");
    Bytes extraData = in.sized(MAX_NAME_BYTES, "extraData");
    ClockInfo clockInfo = clockInfo(in);
    long firmwareVersion = in.u64("firmwareVersion");
    List<Selection> selections = selections(in);
    Bytes pcrDigest = in.sized(MAX_HASH_BYTES, "pcrDigest");
    in.end();
    return new QuoteAttest(
        qualifiedSigner, extraData, clockInfo, firmwareVersion, selections, pcrDigest);
  }

  private static ClockInfo clockInfo(TpmReader in) throws MalformedTpmStructureException {
    long clock = in.u64("clock");
    if (clock < 0 || clock > ClockInfo.CLOCK_MAX) {
      throw in.malformed("clock below 2^62 ms", Long.toUnsignedString(clock));
    }
    long resetCount = in.u32("resetCount");
    long restartCount = in.u32("restartCount");
    int safe = in.u8("safe");
    if (safe > 1) {
      throw in.malformed("safe 0 or 1", safe);
    }
    return new ClockInfo(clock, resetCount, restartCount, safe == 1);
  }

  private static List<Selection> selections(TpmReader in) throws MalformedTpmStructureException {
    long count = in.u32("pcrSelect count");
    if (count > MAX_SELECTIONS) {
      throw in.malformed("at most " + MAX_SELECTIONS + " PCR selections", count);
    }
    List<Selection> selections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int hash = in.u16("pcrSelect hash");
      int size = in.u8("sizeofSelect");
      if (size > MAX_MAP_BYTES) {
        throw in.malformed("sizeofSelect of at most " + MAX_MAP_BYTES, size);
      }
      selections.add(new Selection(hash, in.exactly(size, "pcrSelect")));
    }
    return selections;
  }
}
