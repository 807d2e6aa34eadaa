// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * {@code POST /v1/enrollments}: a host asks to have its attestation key bound to its TPM.
 *
 * @param ekCertificate DER X.509
 * @param platformCertificate DER attribute certificate of the machine's maker, or null
 * @param akPublic TPMT_PUBLIC of the attestation key
 * @param akParentPublic TPMT_PUBLIC of the AK's storage parent in the endorsement hierarchy
 * @param joinToken single-use admission, or null
 */
public record EnrollmentRequest(
    HostId host,
    Bytes ekCertificate,
    @JsonInclude(JsonInclude.Include.NON_NULL) Bytes platformCertificate,
    Bytes akPublic,
    Bytes akParentPublic,
    String joinToken) {
  public EnrollmentRequest {
    Require.present(host, "host");
    Require.size(ekCertificate, 1, Limits.CERTIFICATE_BYTES, "ekCertificate");
    if (platformCertificate != null) {
      Require.size(
          platformCertificate, 1, Limits.PLATFORM_CERTIFICATE_BYTES, "platformCertificate");
    }
    Require.size(akPublic, 1, Limits.TPM_STRUCTURE_BYTES, "akPublic");
    Require.size(akParentPublic, 1, Limits.TPM_STRUCTURE_BYTES, "akParentPublic");
    if (joinToken != null) {
      Require.text(joinToken, 128, "joinToken");
    }
  }
}
