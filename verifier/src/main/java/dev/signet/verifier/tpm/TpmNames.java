// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.nio.ByteBuffer;

/** Names and Qualified Names (TPM 2.0 Library Part 1, sections 16 and 27.5), SHA-256 only. */
public final class TpmNames {
  /** A Name's size in bytes: algorithm and digest. */
  public static final int BYTES = 2 + Digest.BYTES;

  /** TPM_RH_ENDORSEMENT: the Qualified Name chain of that hierarchy begins with it. */
  private static final Bytes ENDORSEMENT = Bytes.fromHex("4000000b");

  /** TPM_RH_NULL: keys below it are gone with the next TPM Reset. */
  private static final Bytes NULL = Bytes.fromHex("40000007");

  private TpmNames() {}

  /** The Name of an object with this TPMT_PUBLIC. */
  static Bytes name(Bytes tpmtPublic) {
    return algorithmAnd(Digest.hash(tpmtPublic.toArray()));
  }

  /** The Qualified Name of a child of a primary key in the endorsement hierarchy. */
  public static Bytes inEndorsementHierarchy(Bytes parentName, Bytes name) {
    return qualified(qualified(ENDORSEMENT, parentName), name);
  }

  /** The Qualified Name of a child of a primary key in the NULL hierarchy. */
  public static Bytes inNullHierarchy(Bytes parentName, Bytes name) {
    return qualified(qualified(NULL, parentName), name);
  }

  /**
   * The Name of a software key that signs approvals: TPMT_PUBLIC {ECC, SHA-256, sign and
   * userWithAuth, no policy, symmetric NULL, ECDSA/SHA-256, P-256, KDF NULL, x, y}.
   */
  public static Bytes ofApprovalKey(PublicJwk key) {
    ByteBuffer out = ByteBuffer.allocate(88);
    out.putShort((short) TpmConstants.ALG_ECC).putShort((short) TpmConstants.ALG_SHA256);
    out.putInt(0x00040040).putShort((short) 0);
    out.putShort((short) TpmConstants.ALG_NULL);
    out.putShort((short) TpmConstants.ALG_ECDSA).putShort((short) TpmConstants.ALG_SHA256);
    out.putShort((short) TpmConstants.ECC_NIST_P256).putShort((short) TpmConstants.ALG_NULL);
    out.putShort((short) 32).put(key.x().toArray()).putShort((short) 32).put(key.y().toArray());
    return name(Bytes.of(out.array()));
  }

  private static Bytes qualified(Bytes parent, Bytes name) {
    return algorithmAnd(Digest.hash(parent.toArray(), name.toArray()));
  }

  private static Bytes algorithmAnd(Digest digest) {
    return Bytes.fromHex("000b" + digest.toHex());
  }
}
