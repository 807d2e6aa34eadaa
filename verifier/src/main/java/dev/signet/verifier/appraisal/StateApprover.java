// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.tpm.PolicyDigest;
import dev.signet.verifier.verification.VerifiedQuote;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/** Signs that one TPM, in the state just appraised, may release one sealed key, once. */
public final class StateApprover {
  /** PolicyAuthorize signs 64 bytes, PolicySigned 68: with another nonce they could be mixed up. */
  private static final int SESSION_NONCE_BYTES = 32;

  private final PublicJwk approvalKey;
  private final ApprovalSigner signer;

  /**
   * @param approvalKey the public half of the key that {@code signer} signs with
   */
  public StateApprover(PublicJwk approvalKey, ApprovalSigner signer) {
    this.approvalKey = approvalKey;
    this.signer = signer;
  }

  /**
   * @param affirming the appraisal of the evidence in {@code request}
   * @param request whose purpose is release
   * @param verifierId this verifier's id
   * @throws IllegalArgumentException if the affirmed quote does not bind this request: a wrong call
   */
  public StateApproval approve(Affirming affirming, AttestationRequest request, String verifierId) {
    VerifiedQuote quote = affirming.log().quote();
    if (request.purpose() != Purpose.RELEASE
        || request.sessionNonce().size() != SESSION_NONCE_BYTES
        || !quote.akName().equals(request.akName())
        || !quote.binds(EvidenceInput.forAttestation(request, verifierId))
        || !affirming.claim().equals(Claim.of(affirming.claim().host(), request))) {
      throw new IllegalArgumentException("expected the release request that was appraised");
    }
    PcrSelection approved = approvedSelection(quote);
    ClockInfo clock = quote.clockInfo();
    long bound = Math.addExact(clock.clock(), Limits.APPROVAL_CLOCK_BOUND.toMillis());
    Digest policy =
        PolicyDigest.start()
            .pcr(approved, pcrDigest(approved, quote))
            .sameBoot(clock.resetCount(), clock.restartCount())
            .clockAtMost(bound)
            .value();
    Bytes policyRef =
        StateApproval.policyRef(quote.akName(), request.agent(), request.releasedKey());
    int expiration = (int) Limits.APPROVAL_EXPIRATION.toSeconds();
    byte[] session =
        ByteBuffer.allocate(SESSION_NONCE_BYTES + 4 + Digest.BYTES)
            .put(request.sessionNonce().toArray())
            .putInt(expiration)
            .put(policyRef.toArray())
            .array();
    byte[] authorization =
        ByteBuffer.allocate(2 * Digest.BYTES)
            .put(policy.toArray())
            .put(policyRef.toArray())
            .array();
    return new StateApproval(
        approved.indexes(),
        clock.resetCount(),
        clock.restartCount(),
        bound,
        policyRef,
        Bytes.of(policy.toArray()),
        Bytes.of(signer.sign(authorization)),
        expiration,
        Bytes.of(signer.sign(session)),
        approvalKey);
  }

  /** All that was quoted but IMA's PCR, which will have moved before the TPM looks at it. */
  private static PcrSelection approvedSelection(VerifiedQuote quote) {
    List<Integer> indexes =
        quote.pcrs().keySet().stream().filter(pcr -> pcr != BootAppraisal.IMA_PCR).toList();
    return PcrSelection.of(indexes);
  }

  private static Digest pcrDigest(PcrSelection selection, VerifiedQuote quote) {
    MessageDigest values = Digest.sha256();
    selection.indexes().forEach(pcr -> values.update(quote.pcrs().get(pcr).toArray()));
    return Digest.ofDigest(values.digest());
  }
}
