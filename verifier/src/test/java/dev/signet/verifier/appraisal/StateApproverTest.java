// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static dev.signet.verifier.Expect.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StateApproval;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateApproverTest {
  private static final String VERIFIER = "https://verifier.example";
  private static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  private static final Bytes SESSION_NONCE = Bytes.fromHex("5a".repeat(32));

  private final Sample sample = new Sample();
  private final KeyPair approvalKey = SoftwareTpm.p256();
  private final List<byte[]> signed = new ArrayList<>();
  private final StateApprover approver =
      new StateApprover(
          PublicJwk.of((ECPublicKey) approvalKey.getPublic()),
          message -> {
            signed.add(message);
            return SoftwareTpm.sign(approvalKey, message);
          });
  private final AttestationRequest request = request(Purpose.RELEASE, Sample.LAUNCH);

  private AttestationRequest request(Purpose purpose, LaunchId launch) {
    boolean release = purpose == Purpose.RELEASE;
    return new AttestationRequest(
        purpose,
        Bytes.of(new byte[32]),
        sample.ak.name(),
        Sample.AGENT,
        launch,
        new QuoteEvidence(Bytes.utf8("a"), Bytes.utf8("s"), List.of()),
        Sample.log(sample.start()),
        Bytes.utf8("{}"),
        sample.requestKey,
        KeyProtection.SEALED,
        release ? SESSION_NONCE : null,
        release ? null : Bytes.of(new byte[64]));
  }

  private Affirming affirming(AttestationRequest request) {
    byte[] input = EvidenceInput.forAttestation(request, VERIFIER);
    VerifiedLaunchLog log =
        authentic(
            VerifiedLaunchLog.replay(
                request.log(),
                sample.quote(input, Sample.pcrs(sample.start())),
                Sample.REGISTER,
                BaselineRule.zeros()));
    ReferenceStatement statement =
        new ReferenceStatement(
            ReferenceStatement.STATEMENT_TYPE,
            List.of(
                new ReferenceStatement.Subject(
                    "agent.jar", new ReferenceStatement.Sha256(Sample.JAR.toHex()))),
            ReferenceStatement.PREDICATE_TYPE,
            new ReferenceStatement.Predicate(
                Sample.AGENT,
                null,
                1,
                new ReferenceStatement.Validity(NOW, NOW.plusSeconds(1)),
                List.of(new ReferenceStatement.Artifact("agent-jar", Sample.JAR, 1)),
                new ReferenceStatement.Launch(null, List.of("LANG"))));
    Registration registration =
        new Registration(
            Sample.AGENT,
            Set.of(Sample.HOST),
            Set.of("signer"),
            0,
            new BootExpectation.Waived("simulator"),
            BaselineRule.zeros(),
            false,
            new LauncherExpectation.Permitted(Set.of(Sample.LAUNCHER)),
            false);
    AppraisalResult result =
        Appraiser.appraise(
            log,
            new ReferenceValues(statement, Sample.STATEMENT, "signer"),
            registration,
            Claim.of(Sample.HOST, request),
            NOW);
    assertThat(result).isInstanceOf(Affirming.class);
    return (Affirming) result;
  }

  private static byte[] hash(byte[]... parts) {
    return Digest.hash(parts).toArray();
  }

  private static byte[] hex(String hex) {
    return Bytes.fromHex(hex).toArray();
  }

  @Test
  void signsThePolicyOfTheProvedState() throws Exception {
    StateApproval approval = approver.approve(affirming(request), request, VERIFIER);
    // research formulas, written out once more
    byte[] pcrDigest =
        hash(
            Sample.digest("boot loader").toArray(),
            Sample.digest("secure boot").toArray(),
            Sample.register(Sample.ZERO, sample.start()).toArray());
    byte[] policy = hash(new byte[32], hex("0000017f"), hex("00000001000b03908000"), pcrDigest);
    policy = hash(policy, hex("0000016d"), hash(hex("0000000700000002"), hex("00100000")));
    byte[] bound = ByteBuffer.allocate(8).putLong(1_030_000).array();
    policy = hash(policy, hex("0000016d"), hash(bound, hex("00080009")));
    Bytes policyRef = StateApproval.policyRef(sample.ak.name(), Sample.AGENT, sample.requestKey);
    assertThat(approval.approvedPolicy().toHex()).isEqualTo(Bytes.of(policy).toHex());
    assertThat(approval.policyRef()).isEqualTo(policyRef);
    assertThat(approval.clockBound()).isEqualTo(1_030_000);
    assertThat(approval.resetCount()).isEqualTo(7);
    assertThat(approval.restartCount()).isEqualTo(2);
    assertThat(approval.expiration()).isEqualTo(10);
    String authorization = Bytes.of(policy).toHex() + policyRef.toHex();
    String session = SESSION_NONCE.toHex() + "0000000a" + policyRef.toHex();
    assertThat(verifies(approval, hex(authorization), approval.approvedPolicySignature())).isTrue();
    assertThat(verifies(approval, hex(session), approval.sessionSignature())).isTrue();
    assertThat(signed).extracting(m -> m.length).containsExactlyInAnyOrder(64, 68);
  }

  private static boolean verifies(StateApproval approval, byte[] message, Bytes signature)
      throws Exception {
    Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
    verifier.initVerify(approval.approvalKey().toPublicKey());
    verifier.update(message);
    return verifier.verify(signature.toArray());
  }

  @Test
  void pcr10IsNeverApproved() {
    assertThat(approver.approve(affirming(request), request, VERIFIER).pcrs())
        .containsExactly(4, 7, Sample.REGISTER);
  }

  @Test
  void attack58ApprovalIsForOneTpmAgentKeyAndSession() {
    StateApproval approval = approver.approve(affirming(request), request, VERIFIER);
    assertThat(new Sample().ak.name()).isNotEqualTo(sample.ak.name());
    assertThat(approval.policyRef())
        .isNotEqualTo(
            StateApproval.policyRef(new Sample().ak.name(), Sample.AGENT, sample.requestKey));
    assertThat(Bytes.of(signed.get(0)).toHex() + Bytes.of(signed.get(1)).toHex())
        .contains(SESSION_NONCE.toHex());
  }

  @Test
  void attack60ApprovesOnlyTheRequestThatTheQuoteBinds() {
    Affirming affirming = affirming(request);
    AttestationRequest otherSession =
        new AttestationRequest(
            request.purpose(),
            request.nonce(),
            request.akName(),
            request.agent(),
            request.launch(),
            request.quote(),
            request.log(),
            request.statement(),
            request.requestKey(),
            request.keyProtection(),
            Bytes.fromHex("a5".repeat(32)),
            null);
    assertThatThrownBy(() -> approver.approve(affirming, otherSession, VERIFIER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> approver.approve(affirming, request, "https://staging.example"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(signed).isEmpty();
  }

  @Test
  void attack60EvidenceForATokenGetsNoApproval() {
    AttestationRequest attest = request(Purpose.ATTEST, Sample.LAUNCH);
    Affirming affirming = affirming(attest);
    assertThatThrownBy(() -> approver.approve(affirming, attest, VERIFIER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(signed).isEmpty();
  }
}
