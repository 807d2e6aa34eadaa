// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

/** TPM_ALG_ID of signature schemes that are believed (Part 2 section 6.3). */
public enum SignatureScheme {
  RSASSA,
  RSAPSS,
  ECDSA
}
