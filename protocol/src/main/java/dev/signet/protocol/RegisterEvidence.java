// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * What proves the content of a launch register in an NV index. Both structures are by the
 * attestation key.
 *
 * @param index handle of the NV index
 * @param attest TPMS_ATTEST of TPM2_NV_Certify over the whole content, with the extraData of the
 *     quote that it goes with
 * @param signature TPMT_SIGNATURE over it
 * @param openingAttest TPMS_ATTEST of the quote of the register's PCR alone, made when the register
 *     was opened in this boot; its extraData is over {@link NvRegister#openingInput}
 * @param openingSignature TPMT_SIGNATURE over it
 */
public record RegisterEvidence(
    long index, Bytes attest, Bytes signature, Bytes openingAttest, Bytes openingSignature) {
  public RegisterEvidence {
    if (!NvRegister.isHandle(index)) {
      throw new IllegalArgumentException(
          "index: expected an NV handle of 0x01800000 to 0x01bfffff, got 0x%08x".formatted(index));
    }
    Require.size(attest, 1, Limits.TPM_STRUCTURE_BYTES, "attest");
    Require.size(signature, 1, Limits.TPM_STRUCTURE_BYTES, "signature");
    Require.size(openingAttest, 1, Limits.TPM_STRUCTURE_BYTES, "openingAttest");
    Require.size(openingSignature, 1, Limits.TPM_STRUCTURE_BYTES, "openingSignature");
  }
}
