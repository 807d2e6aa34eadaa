// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

/** Numbers of TPM 2.0 Library Part 2 (sections 6.3 to 6.9 and 8.3). */
final class TpmConstants {
  /** TPM_GENERATED_VALUE: the TPM starts with it only what it made itself. */
  static final long GENERATED = 0xFF544347L;

  static final int ST_ATTEST_NV = 0x8014;
  static final int ST_ATTEST_CERTIFY = 0x8017;
  static final int ST_ATTEST_QUOTE = 0x8018;

  static final int ALG_RSA = 0x0001;
  static final int ALG_AES = 0x0006;
  static final int ALG_SHA256 = 0x000B;
  static final int ALG_NULL = 0x0010;
  static final int ALG_RSASSA = 0x0014;
  static final int ALG_RSAPSS = 0x0016;
  static final int ALG_ECDSA = 0x0018;
  static final int ALG_ECC = 0x0023;
  static final int ALG_CFB = 0x0043;
  static final int ECC_NIST_P256 = 0x0003;
  static final int ECC_NIST_P384 = 0x0004;

  static final int CC_POLICY_SIGNED = 0x160;
  static final int CC_POLICY_AUTHORIZE = 0x16A;
  static final int CC_POLICY_AUTH_VALUE = 0x16B;
  static final int CC_POLICY_COUNTER_TIMER = 0x16D;
  static final int CC_POLICY_OR = 0x171;
  static final int CC_POLICY_PCR = 0x17F;
  static final int CC_POLICY_NV_WRITTEN = 0x18F;

  private TpmConstants() {}
}
