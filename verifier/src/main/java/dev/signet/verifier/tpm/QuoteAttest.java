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
    AttestHeader header = AttestHeader.read(in, TpmConstants.ST_ATTEST_QUOTE);
    List<Selection> selections = selections(in);
    Bytes pcrDigest = in.sized(AttestHeader.MAX_HASH_BYTES, "pcrDigest");
    in.end();
    return new QuoteAttest(
        header.qualifiedSigner(),
        header.extraData(),
        header.clockInfo(),
        header.firmwareVersion(),
        selections,
        pcrDigest);
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
