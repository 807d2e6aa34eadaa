// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;

/**
 * TPMS_ATTEST of TPM2_NV_Certify (Part 2 sections 10.12.12 and 10.12.8), as said by somebody:
 * parsing checks the form, not the signature.
 *
 * @param qualifiedSigner Qualified Name of the signing key
 * @param extraData qualifyingData of TPM2_NV_Certify
 * @param firmwareVersion vendor's number, 64 bits
 * @param indexName Name of the NV index, with the attributes that it had then
 * @param offset where in the index {@code contents} begins
 * @param contents at most one register's size
 */
public record NvCertifyAttest(
    Bytes qualifiedSigner,
    Bytes extraData,
    ClockInfo clockInfo,
    long firmwareVersion,
    Bytes indexName,
    int offset,
    Bytes contents) {

  /** Parses exactly one TPMS_ATTEST of type TPM_ST_ATTEST_NV. */
  public static NvCertifyAttest parse(byte[] attest) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(attest, "TPMS_ATTEST");
    AttestHeader header = AttestHeader.read(in, TpmConstants.ST_ATTEST_NV);
    Bytes indexName = in.sized(AttestHeader.MAX_NAME_BYTES, "indexName");
    int offset = in.u16("offset");
    Bytes contents = in.sized(AttestHeader.MAX_HASH_BYTES, "nvContents");
    in.end();
    return new NvCertifyAttest(
        header.qualifiedSigner(),
        header.extraData(),
        header.clockInfo(),
        header.firmwareVersion(),
        indexName,
        offset,
        contents);
  }
}
