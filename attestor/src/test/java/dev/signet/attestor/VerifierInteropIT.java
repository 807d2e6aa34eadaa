// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StateApproval;
import dev.signet.tpmsim.TpmMaker;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.tpm.TpmNames;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.EkCertificateVerifier;
import dev.signet.verifier.verification.MakeCredential;
import dev.signet.verifier.verification.ProvenKey;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this side makes is what the verifier's own code takes. */
class VerifierInteropIT {
  private static final String VERIFIER = "https://verifier.example";
  private static final List<Integer> PCRS = List.of(0, 4, 7, 10, 15);
  private static final Provider PROVIDER = Security.getProvider("SunEC");
  private static final AgentId AGENT = TestHost.AGENT;
  private static final Bytes STATEMENT = Bytes.utf8("a reference statement");

  @TempDir static Path directory;
  private static TpmMaker maker;
  private static TestHost host;
  private static Attestor attestor;
  private static AttestationKey key;

  @BeforeAll
  static void provision() throws IOException {
    maker = TpmMaker.in(directory.resolve("maker"), "Test Maker", TestHost.RANDOM);
    host = TestHost.over(maker.manufacture(directory.resolve("tpm")), directory.resolve("state"));
    attestor = host.provision();
    key = authentic(AttestationKey.check(attestor.akPublic(), attestor.akParentPublic()));
  }

  @AfterAll
  static void stop() throws IOException {
    host.close();
  }

  static <T> T authentic(Verification<T> verification) {
    return switch (verification) {
      case Verification.Authentic<T>(T value) -> value;
      case Verification.Refused<T>(Refusal reason, String detail) ->
          throw new AssertionError(reason + ": " + detail);
    };
  }

  private static Challenge challenge(Purpose purpose) {
    byte[] nonce = new byte[32];
    TestHost.RANDOM.nextBytes(nonce);
    return new Challenge(
        Bytes.of(nonce), purpose, VERIFIER, PCRS, 15, Instant.EPOCH, Instant.EPOCH);
  }

  private static VerifiedQuote verified(AttestationRequest request) {
    return authentic(
        new QuoteVerifier(PROVIDER)
            .verify(
                request.quote(),
                key,
                EvidenceInput.forAttestation(request, VERIFIER),
                PcrSelection.of(PCRS)));
  }

  @Test
  void hostEnrols() throws Exception {
    var request = attestor.enrollmentRequest(new HostId("host-1"), null, null);
    var ek =
        authentic(
            new EkCertificateVerifier(
                    List.of(maker.root()),
                    List.of(maker.issuer()),
                    EkCertificateVerifier.Simulators.ALLOWED)
                .verify(request.ekCertificate(), Instant.now()));
    byte[] secret = new byte[32];
    TestHost.RANDOM.nextBytes(secret);
    var credential = MakeCredential.make(ek, key, secret, TestHost.RANDOM);
    var challenge =
        new EnrollmentChallenge(
            "e",
            VERIFIER,
            credential.credentialBlob(),
            credential.encryptedSecret(),
            Bytes.of(new byte[32]),
            PCRS,
            Instant.EPOCH,
            Instant.EPOCH);
    var activation = attestor.activate(challenge);
    assertThat(MessageDigest.isEqual(activation.secret().toArray(), secret)).isTrue();
    byte[] input =
        EvidenceInput.forEnrollment(
            challenge.nonce(), VERIFIER, key.name(), request.akPublic(), request.akParentPublic());
    authentic(
        new QuoteVerifier(PROVIDER).verify(activation.quote(), key, input, PcrSelection.of(PCRS)));
    assertThat(key.name()).isEqualTo(attestor.akName());
  }

  @Test
  void launchIsProvenApprovedReleasedAndAttested() throws Exception {
    host.reboot();
    LaunchRegister register = attestor.launchRegister(15);
    LaunchId launch = LaunchId.random(TestHost.RANDOM);
    TestVerifier approver = new TestVerifier();
    SealedKey sealed = attestor.createSealedKey(AGENT, approver.approvalKey());
    register.append(
        new LaunchEvent.Start(
            AGENT,
            launch,
            Digest.hash(STATEMENT.toArray()),
            List.of(),
            "runtime",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            sealed.publicKey().thumbprint(),
            KeyProtection.SEALED,
            Digest.hash(new byte[0])));

    try (ReleaseSession session = sealed.beginRelease()) {
      AttestationRequest request =
          attestor.releaseEvidence(
              challenge(Purpose.RELEASE),
              AGENT,
              launch,
              register,
              STATEMENT,
              sealed.publicKey(),
              session.nonce());
      VerifiedQuote quote = verified(request);
      VerifiedLaunchLog log =
          authentic(VerifiedLaunchLog.replay(request.log(), quote, 15, BaselineRule.zeros()));
      assertThat(log.live(AGENT).orElseThrow().launch()).isEqualTo(launch);
      StateApproval approval = approval(quote, request, sealed, approver);
      host.extend(10, "ima measures all the time");
      try (RequestKey released = ((ReleaseOutcome.Released) session.finish(approval)).key()) {
        AttestationRequest attest =
            attestor.attestEvidence(
                challenge(Purpose.ATTEST), AGENT, launch, register, STATEMENT, released);
        byte[] input = EvidenceInput.forAttestation(attest, VERIFIER);
        ProvenKey proven =
            authentic(
                ProvenKey.verify(
                    attest.requestKey(),
                    verified(attest),
                    input,
                    attest.proofOfPossession(),
                    PROVIDER));
        assertThat(proven.key()).isEqualTo(sealed.publicKey());
      }
    }
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  /** Made with the verifier's own formulas: PCR 10 is proved, and left out. */
  private static StateApproval approval(
      VerifiedQuote quote, AttestationRequest request, SealedKey sealed, TestVerifier approver) {
    List<Integer> approved = List.of(0, 4, 7, 15);
    MessageDigest values = Digest.sha256();
    approved.forEach(pcr -> values.update(quote.pcrs().get(pcr).toArray()));
    long bound = quote.clockInfo().clock() + 30_000;
    byte[] policy =
        dev.signet.verifier.tpm.PolicyDigest.start()
            .pcr(PcrSelection.of(approved), Digest.ofDigest(values.digest()))
            .sameBoot(quote.clockInfo().resetCount(), quote.clockInfo().restartCount())
            .clockAtMost(bound)
            .value()
            .toArray();
    Bytes ref = StateApproval.policyRef(quote.akName(), request.agent(), request.requestKey());
    assertThat(ref).isEqualTo(sealed.policyRef());
    assertThat(TpmNames.ofApprovalKey(approver.approvalKey()).toArray())
        .isEqualTo(PolicyDigest.approvalKey(approver.approvalKey()).name());
    return new StateApproval(
        approved,
        quote.clockInfo().resetCount(),
        quote.clockInfo().restartCount(),
        bound,
        ref,
        Bytes.of(policy),
        approver.sign(policy, ref.toArray()),
        10,
        approver.sign(request.sessionNonce().toArray(), Octets.u32(10), ref.toArray()),
        approver.approvalKey());
  }
}
