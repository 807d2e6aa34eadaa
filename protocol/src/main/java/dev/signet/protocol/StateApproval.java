// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.List;

/**
 * The verifier's leave for one TPM, in the boot and launch state just quoted, to release one sealed
 * key in one policy session (DESIGN section 2.7). TPM policy terms: TPM 2.0 Library Part 3, section
 * 23.
 *
 * <pre>
 * policyRef      = SHA-256("signet-seal-v1" || AK Name || SHA-256(agent id) || key thumbprint)
 * approvedPolicy = PolicyPCR(pcrs, values) ; PolicyCounterTimer(resetCount || restartCount EQ, 16)
 *                  ; PolicyCounterTimer(clock UNSIGNED_LE clockBound, 8)
 * </pre>
 *
 * @param pcrs SHA-256 bank indexes of the approved state, ascending
 * @param resetCount u32
 * @param restartCount u32
 * @param clockBound TPM clock in milliseconds after which the policy commands fail
 * @param approvedPolicySignature r || s over approvedPolicy || policyRef
 * @param expiration seconds from the start of the policy session, positive
 * @param sessionSignature r || s over nonceTPM || i32 expiration || policyRef
 * @param approvalKey who signed both
 */
public record StateApproval(
    List<Integer> pcrs,
    long resetCount,
    long restartCount,
    long clockBound,
    Bytes policyRef,
    Bytes approvedPolicy,
    Bytes approvedPolicySignature,
    int expiration,
    Bytes sessionSignature,
    PublicJwk approvalKey) {
  public StateApproval {
    pcrs = Require.pcrs(pcrs, "pcrs");
    Require.u32(resetCount, "resetCount");
    Require.u32(restartCount, "restartCount");
    Require.size(policyRef, 32, 32, "policyRef");
    Require.size(approvedPolicy, 32, 32, "approvedPolicy");
    Require.size(approvedPolicySignature, 64, 64, "approvedPolicySignature");
    Require.size(sessionSignature, 64, 64, "sessionSignature");
    Require.present(approvalKey, "approvalKey");
    if (expiration <= 0) {
      throw new IllegalArgumentException("expiration: expected seconds above zero");
    }
  }

  /**
   * The answer to a release request.
   *
   * @param floor of the agent; told with an approval only, so that nobody else learns of it
   */
  public record Granted(StateApproval approval, Floor floor) {
    public Granted {
      Require.present(approval, "approval");
      Require.present(floor, "floor");
    }
  }

  /**
   * The floor of an agent's security version. A launcher that started a newer build than the one
   * now approved goes back only if an operator has lowered the floor since: two floors do not tell
   * that, the count does.
   *
   * @param securityVersion the least that is accepted; 0 if none was set
   * @param lowered how often an operator has lowered it; never goes back
   */
  public record Floor(long securityVersion, long lowered) {
    public Floor {
      if (securityVersion < 0 || lowered < 0) {
        throw new IllegalArgumentException("floor: expected 0 or more");
      }
    }
  }

  /** {@code policyRef} of the sealed key of {@code agent} on the host with this AK. */
  public static Bytes policyRef(Bytes akName, AgentId agent, PublicJwk requestKey) {
    return Bytes.of(
        Digest.hash(
                "signet-seal-v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                akName.toArray(),
                Digest.hash(agent.value().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .toArray(),
                requestKey.thumbprintDigest().toArray())
            .toArray());
  }
}
