// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.ReleaseOutcome.Reason;
import dev.signet.attestor.ReleaseOutcome.Released;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An approval is good once: in its session, while it lives, for its TPM, agent and key. */
class ApprovalIT extends WithSealedKey {
  @Test
  void attack57ApprovalDoesNotSurviveATpmRestart() throws IOException {
    BootClock before = host.tpm().clock();
    TreeMap<Integer, Digest> pcrs = new TreeMap<>(host.tpm().pcrs(TestVerifier.PCRS));
    host.restart();
    host.extend(4, "kernel");
    host.extend(15, "launch");
    key = host.attestor().sealedKey(TestHost.AGENT).orElseThrow();
    assertThat(host.tpm().clock().resetCount()).isEqualTo(before.resetCount());
    assertThat(new TreeMap<>(host.tpm().pcrs(TestVerifier.PCRS))).isEqualTo(pcrs);
    assertThat(reason(release(terms -> terms.withBoot(before)))).isEqualTo(Reason.OTHER_BOOT);
  }

  @Test
  void attack58ApprovalWorksInOneSessionOnly() throws IOException {
    StateApproval approval;
    try (ReleaseSession session = key.beginRelease()) {
      approval = verifier.approveNow(host.tpm(), key, session);
      ((Released) session.finish(approval)).key().close();
      assertThatThrownBy(() -> session.finish(approval)).isInstanceOf(IllegalStateException.class);
    }
    try (ReleaseSession another = key.beginRelease()) {
      assertThat(reason(another.finish(approval))).isEqualTo(Reason.OTHER_SESSION);
    }
  }

  @Test
  void sessionOfALostConnectionIsNoneOfTheNext() throws IOException {
    Attestor attestor = host.managed();
    SealedKey managed = attestor.sealedKey(TestHost.AGENT).orElseThrow();
    try (Tpm tpm = attestor.tpm()) {
      ReleaseSession lost = managed.beginRelease();
      ReleaseSession forgotten = managed.beginRelease();
      StateApproval late = verifier.approveNow(tpm, managed, lost);
      host.breakOff(attestor);
      assertThat(reason(lost.finish(late))).isEqualTo(Reason.SESSION_LOST);
      // The TPM gives the next ones their handles.
      try (ReleaseSession first = managed.beginRelease();
          ReleaseSession second = managed.beginRelease()) {
        forgotten.close();
        for (ReleaseSession session : List.of(first, second)) {
          StateApproval approval = verifier.approveNow(tpm, managed, session);
          ((Released) session.finish(approval)).key().close();
        }
      }
    }
  }

  @Test
  void attack58HeldApprovalExpires() throws IOException {
    assertThat(reason(release(terms -> terms.withClockBound(1))))
        .isEqualTo(Reason.APPROVAL_EXPIRED);
    try (ReleaseSession session = key.beginRelease()) {
      var terms = TestVerifier.termsNow(host.tpm(), key, session).withExpiration(1);
      long begun = host.tpm().clock().clockMillis();
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> host.tpm().clock().clockMillis() > begun + 1_500);
      assertThat(reason(session.finish(verifier.approve(terms))))
          .isEqualTo(Reason.APPROVAL_EXPIRED);
    }
  }

  @Test
  void attack58SatisfiedSessionHeldPastTheExpirationIsNotUnsealed() throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      var terms = TestVerifier.termsNow(host.tpm(), key, session).withExpiration(2);
      // The host holds back the last command until the approval's time is over.
      host.bus()
          .changingCommands(
              command -> {
                if (BusTap.commandCode(command) == 0x15e) {
                  long until = System.nanoTime() + Duration.ofMillis(2_600).toNanos();
                  Awaitility.await()
                      .atMost(Duration.ofSeconds(10))
                      .until(() -> System.nanoTime() > until);
                }
                return command;
              });
      assertThat(reason(session.finish(verifier.approve(terms))))
          .isEqualTo(Reason.APPROVAL_EXPIRED);
      host.bus().changingCommands(command -> command);
    }
  }

  @Test
  void attack58ApprovalForAnotherAgentDoesNotRelease() throws IOException {
    SealedKey other =
        host.attestor()
            .createSealedKey(
                new AgentId("spiffe://example.org/agent/other"), verifier.approvalKey());
    assertThat(reason(release(terms -> terms.withPolicyRef(other.policyRef()))))
        .isEqualTo(Reason.OTHER_KEY);
  }

  @Test
  void attack58ApprovalForAnotherTpmDoesNotRelease() throws IOException {
    try (TestHost twin = TestHost.provisioned(directory.resolve("b"))) {
      twin.extend(4, "kernel");
      twin.extend(15, "launch");
      SealedKey onTwin = twin.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
      assertThat(twin.tpm().clock().sameBoot(host.tpm().clock())).isTrue();
      try (ReleaseSession here = key.beginRelease();
          ReleaseSession there = onTwin.beginRelease()) {
        // Same agent, PCRs and counters; even signed for the twin's session.
        var terms = TestVerifier.termsNow(host.tpm(), key, here).withNonce(there.nonce());
        assertThat(reason(there.finish(verifier.approve(terms)))).isEqualTo(Reason.OTHER_KEY);
      }
      SealedKey copied = new SealedKey(onTwin.host(), key.state());
      try (ReleaseSession session = copied.beginRelease()) {
        StateApproval approval = verifier.approveNow(twin.tpm(), copied, session);
        assertThatThrownBy(() -> session.finish(approval))
            .isInstanceOfSatisfying(
                TpmException.class, e -> assertThat(e.is(ResponseCode.INTEGRITY)).isTrue());
      }
    }
  }

  @Test
  void attack58ApprovalForTheSameKeyOnAnotherTpmDoesNotRelease() throws IOException {
    try (TestHost twin = TestHost.provisioned(directory.resolve("b"));
        RequestKey stolen = ((Released) release(terms -> terms)).key()) {
      twin.extend(4, "kernel");
      twin.extend(15, "launch");
      twin.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
      HostTpm twinTpm = twin.attestor().sealedKey(TestHost.AGENT).orElseThrow().host();
      SealedKey sameKey =
          new SealedKey(
              twinTpm,
              SealedKey.seal(
                  twinTpm,
                  TestHost.AGENT,
                  verifier.approvalKey(),
                  Octets.concat(stolen.scalar(), stolen.secretsKey().scalar()),
                  stolen.publicKey(),
                  stolen.secretsKey().publicKey()));
      // Agent, key, PCRs and counters are equal: only the AK Name in the policyRef differs.
      try (ReleaseSession there = sameKey.beginRelease()) {
        var terms = TestVerifier.termsNow(host.tpm(), key, there);
        assertThat(reason(there.finish(verifier.approve(terms)))).isEqualTo(Reason.OTHER_KEY);
      }
    }
  }

  @Test
  void forgedApprovalDoesNotRelease() throws IOException {
    TestVerifier imposter = new TestVerifier();
    try (ReleaseSession session = key.beginRelease()) {
      assertThat(reason(session.finish(imposter.approveNow(host.tpm(), key, session))))
          .isEqualTo(Reason.NOT_THE_APPROVAL_KEY);
    }
  }

  @Test
  void sessionIsLostWhenTheTpmIsReset() throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), key, session);
      host.simulator().reboot();
      assertThat(reason(session.finish(approval))).isEqualTo(Reason.SESSION_LOST);
    }
  }
}
