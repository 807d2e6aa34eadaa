// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.HexFormat;
import tss.TpmBuffer;
import tss.tpm.TPM2B_DIGEST_KEYEDHASH;
import tss.tpm.TPM2B_PUBLIC_KEY_RSA;
import tss.tpm.TPMA_OBJECT;
import tss.tpm.TPMS_ECC_PARMS;
import tss.tpm.TPMS_ECC_POINT;
import tss.tpm.TPMS_KEYEDHASH_PARMS;
import tss.tpm.TPMS_NULL_ASYM_SCHEME;
import tss.tpm.TPMS_NULL_KDF_SCHEME;
import tss.tpm.TPMS_NULL_SCHEME_KEYEDHASH;
import tss.tpm.TPMS_RSA_PARMS;
import tss.tpm.TPMS_SIG_SCHEME_ECDSA;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPMT_SYM_DEF_OBJECT;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_ECC_CURVE;

/** Public areas of the objects that we make (TPM 2.0 Library Part 2, 8.3 for the attributes). */
final class Templates {
  static final int FIXED_TPM = 1 << 1;
  static final int FIXED_PARENT = 1 << 4;
  static final int SENSITIVE_DATA_ORIGIN = 1 << 5;
  static final int USER_WITH_AUTH = 1 << 6;
  static final int ADMIN_WITH_POLICY = 1 << 7;
  static final int NO_DA = 1 << 10;
  static final int RESTRICTED = 1 << 16;
  static final int DECRYPT = 1 << 17;
  static final int SIGN = 1 << 18;

  private static final int NEVER_LEAVES =
      FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA;
  private static final int STORAGE = NEVER_LEAVES | RESTRICTED | DECRYPT;
  private static final int ATTESTATION = NEVER_LEAVES | RESTRICTED | SIGN;
  private static final int EK =
      FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | ADMIN_WITH_POLICY | RESTRICTED | DECRYPT;

  /** PolicySecret(TPM_RH_ENDORSEMENT): policy A of the TCG EK Credential Profile, B.6.2. */
  private static final byte[] EK_POLICY =
      HexFormat.of().parseHex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");

  /** PolicySecret(TPM_RH_ENDORSEMENT) or PolicyAuthorizeNV: its policy B with SHA-384, B.6.3. */
  private static final byte[] HIGH_EK_POLICY =
      HexFormat.of()
          .parseHex(
              "b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419ca"
                  + "cb47ba09699646150f9fc000f3f80e12");

  private Templates() {}

  /** P-256 storage key: the TCG's SRK template, also the AK's parent. */
  static TPMT_PUBLIC storageP256() {
    return publicArea(
        STORAGE,
        Octets.NONE,
        new TPMS_ECC_PARMS(aes128(), new TPMS_NULL_ASYM_SCHEME(), TPM_ECC_CURVE.NIST_P256, noKdf()),
        new TPMS_ECC_POINT(new byte[32], new byte[32]));
  }

  static TPMT_PUBLIC attestationKey() {
    return publicArea(
        ATTESTATION,
        Octets.NONE,
        new TPMS_ECC_PARMS(
            new TPMT_SYM_DEF_OBJECT(),
            new TPMS_SIG_SCHEME_ECDSA(TPM_ALG_ID.SHA256),
            TPM_ECC_CURVE.NIST_P256,
            noKdf()),
        new TPMS_ECC_POINT());
  }

  /** A key that signs what its user asks for, and cannot leave its TPM. */
  static TPMT_PUBLIC signingKey() {
    return publicArea(
        NEVER_LEAVES | SIGN,
        Octets.NONE,
        new TPMS_ECC_PARMS(
            new TPMT_SYM_DEF_OBJECT(),
            new TPMS_SIG_SCHEME_ECDSA(TPM_ALG_ID.SHA256),
            TPM_ECC_CURVE.NIST_P256,
            noKdf()),
        new TPMS_ECC_POINT());
  }

  /** Template L-1: RSA-2048 EK. */
  static TPMT_PUBLIC ekRsa2048() {
    return publicArea(
        EK,
        EK_POLICY,
        new TPMS_RSA_PARMS(aes128(), new TPMS_NULL_ASYM_SCHEME(), 2048, 0),
        new TPM2B_PUBLIC_KEY_RSA(new byte[256]));
  }

  /** Template L-2: P-256 EK. */
  static TPMT_PUBLIC ekP256() {
    return publicArea(
        EK,
        EK_POLICY,
        new TPMS_ECC_PARMS(aes128(), new TPMS_NULL_ASYM_SCHEME(), TPM_ECC_CURVE.NIST_P256, noKdf()),
        new TPMS_ECC_POINT(new byte[32], new byte[32]));
  }

  /** Template H-3: P-384 EK, of the high range. Its empty authorization value may use it, too. */
  static TPMT_PUBLIC ekP384() {
    return new TPMT_PUBLIC(
        TPM_ALG_ID.SHA384,
        new TPMA_OBJECT(EK | USER_WITH_AUTH),
        HIGH_EK_POLICY,
        new TPMS_ECC_PARMS(
            new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.AES, 256, TPM_ALG_ID.CFB),
            new TPMS_NULL_ASYM_SCHEME(),
            TPM_ECC_CURVE.NIST_P384,
            noKdf()),
        new TPMS_ECC_POINT());
  }

  /**
   * A sealed object that only its policy opens: userWithAuth is clear, so the authorization value
   * alone does not.
   */
  static TPMT_PUBLIC sealed(byte[] authPolicy) {
    return publicArea(
        FIXED_TPM | FIXED_PARENT | NO_DA,
        authPolicy,
        new TPMS_KEYEDHASH_PARMS(new TPMS_NULL_SCHEME_KEYEDHASH()),
        new TPM2B_DIGEST_KEYEDHASH());
  }

  /** A public area that goes out as the bytes that came in. */
  static TPMT_PUBLIC raw(byte[] encoded) {
    return new TPMT_PUBLIC() {
      @Override
      public void toTpm(TpmBuffer buffer) {
        buffer.writeByteBuf(encoded);
      }
    };
  }

  private static TPMT_PUBLIC publicArea(
      int attributes,
      byte[] policy,
      tss.tpm.TPMU_PUBLIC_PARMS parameters,
      tss.tpm.TPMU_PUBLIC_ID unique) {
    return new TPMT_PUBLIC(
        TPM_ALG_ID.SHA256, new TPMA_OBJECT(attributes), policy, parameters, unique);
  }

  private static TPMT_SYM_DEF_OBJECT aes128() {
    return new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.AES, 128, TPM_ALG_ID.CFB);
  }

  private static TPMS_NULL_KDF_SCHEME noKdf() {
    return new TPMS_NULL_KDF_SCHEME();
  }
}
