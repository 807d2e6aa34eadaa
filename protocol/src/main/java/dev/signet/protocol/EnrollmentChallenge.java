// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.time.Instant;
import java.util.List;

/**
 * The answer to an {@link EnrollmentRequest}: a credential that only the TPM with that EK and AK
 * can open (TPM2_ActivateCredential), and a nonce for a quote by the AK.
 *
 * @param enrollment the id in {@code POST /v1/enrollments/{id}/activation}
 * @param credentialBlob contents of TPM2B_ID_OBJECT: TPM2B integrityHMAC, then encIdentity
 * @param encryptedSecret contents of TPM2B_ENCRYPTED_SECRET
 * @param pcrs SHA-256 bank indexes to quote
 */
public record EnrollmentChallenge(
    String enrollment,
    String verifier,
    Bytes credentialBlob,
    Bytes encryptedSecret,
    Bytes nonce,
    List<Integer> pcrs,
    Instant expires,
    Instant serverTime) {
  public EnrollmentChallenge {
    Require.text(enrollment, 64, "enrollment");
    Require.text(verifier, 255, "verifier");
    Require.size(credentialBlob, 1, 512, "credentialBlob");
    Require.size(encryptedSecret, 1, 512, "encryptedSecret");
    Require.size(nonce, Limits.NONCE_BYTES, Limits.NONCE_BYTES, "nonce");
    pcrs = Require.pcrs(pcrs, "pcrs");
    Require.present(expires, "expires");
  }
}
