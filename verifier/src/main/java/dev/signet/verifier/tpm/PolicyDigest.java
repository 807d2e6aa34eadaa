// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.nio.ByteBuffer;

/**
 * policyDigest of a SHA-256 policy session, computed without a TPM (TPM 2.0 Library Part 3, section
 * 23). Each step gives a new value.
 */
public final class PolicyDigest {
  /** TPM_EO_EQ and TPM_EO_UNSIGNED_LE (Part 2 section 6.8). */
  private static final int EQ = 0x0000;

  private static final int UNSIGNED_LE = 0x0009;

  /** Offsets in TPMS_TIME_INFO, which TPM2_PolicyCounterTimer compares with. */
  private static final int OFFSET_CLOCK = 8;

  private static final int OFFSET_RESET_COUNT = 16;

  private static final Digest ZERO = Digest.ofDigest(new byte[Digest.BYTES]);

  private final Digest value;

  private PolicyDigest(Digest value) {
    this.value = value;
  }

  /** A new policy session: 32 zero bytes. */
  public static PolicyDigest start() {
    return new PolicyDigest(ZERO);
  }

  /**
   * TPM2_PolicyPCR.
   *
   * @param pcrDigest SHA-256 over the selected values, ascending by index
   */
  public PolicyDigest pcr(PcrSelection selection, Digest pcrDigest) {
    return then(TpmConstants.CC_POLICY_PCR, selection.encode(), pcrDigest.toArray());
  }

  /** TPM2_PolicyCounterTimer: resetCount and restartCount (u32 each) are exactly these. */
  public PolicyDigest sameBoot(long resetCount, long restartCount) {
    byte[] operand =
        ByteBuffer.allocate(8).putInt((int) resetCount).putInt((int) restartCount).array();
    return counterTimer(operand, OFFSET_RESET_COUNT, EQ);
  }

  /** TPM2_PolicyCounterTimer: the TPM's clock is at most this, in milliseconds. */
  public PolicyDigest clockAtMost(long clock) {
    return counterTimer(ByteBuffer.allocate(8).putLong(clock).array(), OFFSET_CLOCK, UNSIGNED_LE);
  }

  /** TPM2_PolicyAuthorize; what came before is forgotten. */
  public static PolicyDigest authorize(Bytes keyName, Bytes policyRef) {
    return start().withReference(TpmConstants.CC_POLICY_AUTHORIZE, keyName, policyRef);
  }

  /** TPM2_PolicySigned. */
  public PolicyDigest signed(Bytes keyName, Bytes policyRef) {
    return withReference(TpmConstants.CC_POLICY_SIGNED, keyName, policyRef);
  }

  /** TPM2_PolicyAuthValue. */
  public PolicyDigest authValue() {
    return then(TpmConstants.CC_POLICY_AUTH_VALUE);
  }

  /** TPM2_PolicyNvWritten. */
  PolicyDigest nvWritten(boolean written) {
    return then(TpmConstants.CC_POLICY_NV_WRITTEN, new byte[] {(byte) (written ? 1 : 0)});
  }

  /** TPM2_PolicyOR of two; starts from nothing. */
  static PolicyDigest or(PolicyDigest one, PolicyDigest other) {
    return start().then(TpmConstants.CC_POLICY_OR, one.value.toArray(), other.value.toArray());
  }

  public Digest value() {
    return value;
  }

  private PolicyDigest counterTimer(byte[] operand, int offset, int operation) {
    byte[] how =
        ByteBuffer.allocate(4).putShort((short) offset).putShort((short) operation).array();
    return then(TpmConstants.CC_POLICY_COUNTER_TIMER, Digest.hash(operand, how).toArray());
  }

  /** PolicyUpdate (Part 3 section 23.2.3): two hashes, the second over policyRef. */
  private PolicyDigest withReference(int command, Bytes keyName, Bytes policyRef) {
    Digest first = then(command, keyName.toArray()).value;
    return new PolicyDigest(Digest.hash(first.toArray(), policyRef.toArray()));
  }

  private PolicyDigest then(int command, byte[]... arguments) {
    byte[][] parts = new byte[2 + arguments.length][];
    parts[0] = value.toArray();
    parts[1] = ByteBuffer.allocate(4).putInt(command).array();
    System.arraycopy(arguments, 0, parts, 2, arguments.length);
    return new PolicyDigest(Digest.hash(parts));
  }
}
