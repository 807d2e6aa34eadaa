// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * What proves that a request key is {@link KeyProtection#RESIDENT}: TPM2_Certify of it by the
 * attestation key (TPM 2.0 Library Part 3, 18.2), over the same extraData as the quote beside it.
 *
 * @param publicArea the key's TPMT_PUBLIC, without a size prefix
 * @param parentPublic TPMT_PUBLIC of its parent, a primary key of the NULL hierarchy
 * @param attest TPMS_ATTEST as the TPM signed it, without a size prefix
 * @param signature TPMT_SIGNATURE as the TPM returned it
 */
public record KeyCertification(
    Bytes publicArea, Bytes parentPublic, Bytes attest, Bytes signature) {
  public KeyCertification {
    Require.size(publicArea, 1, Limits.TPM_STRUCTURE_BYTES, "publicArea");
    Require.size(parentPublic, 1, Limits.TPM_STRUCTURE_BYTES, "parentPublic");
    Require.size(attest, 1, Limits.TPM_STRUCTURE_BYTES, "attest");
    Require.size(signature, 1, Limits.TPM_STRUCTURE_BYTES, "signature");
  }
}
