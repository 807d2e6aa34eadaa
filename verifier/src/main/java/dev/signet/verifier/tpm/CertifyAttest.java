// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;

/**
 * TPMS_ATTEST of TPM2_Certify (Part 2, 10.12.3 and 10.12.12).
 *
 * @param qualifiedSigner Qualified Name of the key that signed
 * @param extraData what the caller gave to be signed too
 * @param firmwareVersion vendor's number, 64 bits
 * @param name Name of the object that was certified
 * @param qualifiedName its Qualified Name, which depends on every key above it and the hierarchy
 */
public record CertifyAttest(
    Bytes qualifiedSigner,
    Bytes extraData,
    ClockInfo clockInfo,
    long firmwareVersion,
    Bytes name,
    Bytes qualifiedName) {

  /** Parses exactly one TPMS_ATTEST of type TPM_ST_ATTEST_CERTIFY. */
  public static CertifyAttest parse(byte[] attest) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(attest, "TPMS_ATTEST");
    AttestHeader header = AttestHeader.read(in, TpmConstants.ST_ATTEST_CERTIFY);
    Bytes name = in.sized(AttestHeader.MAX_NAME_BYTES, "name");
    Bytes qualifiedName = in.sized(AttestHeader.MAX_NAME_BYTES, "qualifiedName");
    in.end();
    return new CertifyAttest(
        header.qualifiedSigner(),
        header.extraData(),
        header.clockInfo(),
        header.firmwareVersion(),
        name,
        qualifiedName);
  }
}
