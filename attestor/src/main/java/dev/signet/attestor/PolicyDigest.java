// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.util.Collection;

/**
 * Policy digests without a TPM (TPM 2.0 Library Part 3, 23): SHA-256 sessions. Each step takes the
 * digest so far and gives the next.
 */
final class PolicyDigest {
  static final int COUNTERS_OFFSET = 16;
  static final int CLOCK_OFFSET = 8;
  static final int EQ = 0x0000;
  static final int UNSIGNED_LE = 0x0009;

  private static final long CC_POLICY_SECRET = 0x151;
  private static final long CC_POLICY_SIGNED = 0x160;
  private static final long CC_POLICY_AUTHORIZE = 0x16a;
  private static final long CC_POLICY_AUTH_VALUE = 0x16b;
  private static final long CC_POLICY_COUNTER_TIMER = 0x16d;
  private static final long CC_POLICY_OR = 0x171;
  private static final long CC_POLICY_PCR = 0x17f;
  private static final long CC_POLICY_NV_WRITTEN = 0x18f;

  private PolicyDigest() {}

  /** What a policy session starts with. */
  static byte[] start() {
    return new byte[32];
  }

  static byte[] pcr(byte[] before, Collection<Integer> pcrs, byte[] pcrDigest) {
    byte[] selection =
        Octets.concat(
            Octets.u32(1), Octets.u16(PublicArea.SHA256), new byte[] {3}, PcrCommands.bitmap(pcrs));
    return TpmCrypto.sha256(before, Octets.u32(CC_POLICY_PCR), selection, pcrDigest);
  }

  static byte[] counterTimer(byte[] before, byte[] operand, int offset, int operation) {
    byte[] arguments = TpmCrypto.sha256(operand, Octets.u16(offset), Octets.u16(operation));
    return TpmCrypto.sha256(before, Octets.u32(CC_POLICY_COUNTER_TIMER), arguments);
  }

  /** Starts again from nothing: what came before is replaced by the key's word. */
  static byte[] authorize(byte[] keyName, byte[] policyRef) {
    return TpmCrypto.sha256(
        TpmCrypto.sha256(start(), Octets.u32(CC_POLICY_AUTHORIZE), keyName), policyRef);
  }

  static byte[] signed(byte[] before, byte[] keyName, byte[] policyRef) {
    return TpmCrypto.sha256(
        TpmCrypto.sha256(before, Octets.u32(CC_POLICY_SIGNED), keyName), policyRef);
  }

  static byte[] authValue(byte[] before) {
    return TpmCrypto.sha256(before, Octets.u32(CC_POLICY_AUTH_VALUE));
  }

  static byte[] nvWritten(byte[] before, boolean written) {
    return TpmCrypto.sha256(
        before, Octets.u32(CC_POLICY_NV_WRITTEN), new byte[] {(byte) (written ? 1 : 0)});
  }

  /** Either of these; starts again from nothing. */
  static byte[] or(byte[] one, byte[] other) {
    return TpmCrypto.sha256(start(), Octets.u32(CC_POLICY_OR), one, other);
  }

  /** PolicySecret over what has no secret: always satisfied, and so only speaks of something. */
  static byte[] commitTo(byte[] before, byte[] storageRootName, byte[] statement) {
    return TpmCrypto.sha256(
        TpmCrypto.sha256(before, Octets.u32(CC_POLICY_SECRET), storageRootName), statement);
  }

  /**
   * The policy of a sealed object ({@code docs/protocol.md}, Sealed key).
   *
   * @param secretsKeyRef what {@link SecretsKey#ref} makes of the secrets key
   */
  static byte[] sealedKey(
      byte[] approvalKeyName, byte[] policyRef, byte[] storageRootName, byte[] secretsKeyRef) {
    return authValue(
        commitTo(
            signed(authorize(approvalKeyName, policyRef), approvalKeyName, policyRef),
            storageRootName,
            secretsKeyRef));
  }

  /** resetCount || restartCount as TPMS_CLOCK_INFO has them. */
  static byte[] counters(long resetCount, long restartCount) {
    return Octets.concat(Octets.u32(resetCount), Octets.u32(restartCount));
  }

  /** TPMT_PUBLIC of a software P-256 key that verifies approvals. */
  static PublicArea approvalKey(PublicJwk key) {
    byte[] encoded =
        Octets.concat(
            Octets.u16(PublicArea.ECC),
            Octets.u16(PublicArea.SHA256),
            Octets.u32(Templates.SIGN | Templates.USER_WITH_AUTH),
            Octets.u16(0), // no policy
            Octets.u16(0x0010), // no symmetric algorithm
            Octets.u16(0x0018), // ECDSA
            Octets.u16(PublicArea.SHA256),
            Octets.u16(0x0003), // P-256
            Octets.u16(0x0010), // no KDF
            Octets.sized(key.x().toArray()),
            Octets.sized(key.y().toArray()));
    return new PublicArea(
        encoded,
        PublicArea.ECC,
        Templates.SIGN | Templates.USER_WITH_AUTH,
        new PublicArea.EcPoint(key.x().toArray(), key.y().toArray()),
        null);
  }
}
