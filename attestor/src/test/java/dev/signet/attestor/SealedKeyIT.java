// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.ReleaseOutcome.Reason;
import dev.signet.attestor.ReleaseOutcome.Refused;
import dev.signet.attestor.ReleaseOutcome.Released;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedKeyIT {
  @TempDir Path directory;
  private TestHost host;
  private final TestVerifier verifier = new TestVerifier();
  private SealedKey key;

  @BeforeEach
  void provision() throws IOException {
    host = TestHost.provisioned(directory.resolve("a"));
    host.extend(4, "kernel");
    host.extend(15, "launch");
    key = host.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(host.leftInTheTpm()).isEmpty();
    host.close();
  }

  interface Change {
    TestVerifier.Terms of(TestVerifier.Terms terms);
  }

  private ReleaseOutcome release(Change change) throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      var terms = TestVerifier.termsNow(host.tpm(), key, session);
      return session.finish(verifier.approve(change.of(terms)));
    }
  }

  private static Reason reason(ReleaseOutcome outcome) {
    return ((Refused) outcome).reason();
  }

  @Test
  void isReleasedInTheApprovedStateAndSigns() throws IOException {
    try (RequestKey released = ((Released) release(terms -> terms)).key()) {
      byte[] data = "signature base".getBytes();
      assertThat(TestVerifier.verifies(key.publicKey(), data, released.sign(data))).isTrue();
    }
  }

  @Test
  void isReleasedAgainAfterARebootIntoTheSameState() throws IOException {
    host.reboot();
    host.extend(4, "kernel");
    host.extend(15, "launch");
    key = host.attestor().sealedKey(TestHost.AGENT).orElseThrow();
    try (RequestKey released = ((Released) release(terms -> terms)).key()) {
      assertThat(released.publicKey()).isEqualTo(key.publicKey());
    }
  }

  @Test
  void attack31KeyIsNotReleasedIntoAnotherState() throws IOException {
    assertThat(
            reason(
                release(
                    terms -> {
                      var other = new TreeMap<>(terms.pcrs());
                      other.put(15, Digest.hash(new byte[1]));
                      return terms.withPcrs(other);
                    })))
        .isEqualTo(Reason.STATE_NOT_APPROVED);
    try (ReleaseSession session = key.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), key, session);
      host.extend(15, "another launch");
      assertThat(reason(session.finish(approval))).isEqualTo(Reason.STATE_NOT_APPROVED);
    }
  }

  @Test
  void pcrThatMovesInMidSessionIsARetry() throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), key, session);
      boolean[] moved = {false};
      host.bus()
          .changingCommands(
              command -> {
                // IMA extends PCR 10, outside the policy, just before the TPM unseals.
                if (BusTap.commandCode(command) == 0x15e && !moved[0]) {
                  moved[0] = true;
                  extendBehindTheBack(10);
                }
                return command;
              });
      ReleaseOutcome outcome = session.finish(approval);
      assertThat(moved[0]).isTrue();
      assertThat(reason(outcome)).isEqualTo(Reason.PCR_CHANGED);
      assertThat(reason(outcome).retryable()).isTrue();
    }
    host.bus().changingCommands(command -> command);
    assertThat(release(terms -> terms)).isInstanceOf(Released.class);
  }

  private void extendBehindTheBack(int pcr) {
    try {
      host.bus().sendRaw(RawCommands.extend(pcr));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void attack32AuthorizationValueAloneDoesNotUnseal() throws IOException {
    PublicArea area = key.state().object().publicArea();
    assertThat(area.attributes() & Templates.USER_WITH_AUTH).isZero();
    assertThatThrownBy(
            () ->
                host.tpm()
                    .connection()
                    .transact(
                        transaction -> {
                          ObjectCommands objects = new ObjectCommands(transaction);
                          HostKeys keys = key.host().keys();
                          var object = objects.load(keys.srkEntity(), key.state().object(), null);
                          Session session = transaction.hmacSession(keys.saltKey());
                          return objects.unseal(
                              object.entity(key.state().auth().toArray()),
                              session.encryptingResponse());
                        }))
        .isInstanceOfSatisfying(TpmException.class, e -> assertThat(e.rawCode()).isEqualTo(0x12f));
  }

  @Test
  void attack32PolicyWithoutTheAuthorizationValueDoesNotUnseal() throws IOException {
    SealedKeyState state = key.state();
    SealedKey withoutAuth =
        new SealedKey(
            key.host(),
            new SealedKeyState(
                state.version(),
                state.agent(),
                state.point(),
                state.approvalPoint(),
                Bytes.of(new byte[0]),
                state.publicArea(),
                state.privatePart()));
    try (ReleaseSession session = withoutAuth.beginRelease()) {
      ReleaseOutcome outcome =
          session.finish(verifier.approveNow(host.tpm(), withoutAuth, session));
      assertThat(reason(outcome)).isEqualTo(Reason.TPM_REFUSED);
      assertThat(((Refused) outcome).detail()).contains("BAD_AUTH");
    }
  }

  @Test
  void attack32StorageSideMutationIsRefusedByTheTpm() throws IOException {
    SealedKeyState state = key.state();
    byte[] area = state.publicArea().toArray();
    area[7] |= (byte) Templates.USER_WITH_AUTH;
    SealedKey opened =
        new SealedKey(
            key.host(),
            new SealedKeyState(
                state.version(),
                state.agent(),
                state.point(),
                state.approvalPoint(),
                state.auth(),
                Bytes.of(area),
                state.privatePart()));
    try (ReleaseSession session = opened.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), opened, session);
      assertThatThrownBy(() -> session.finish(approval))
          .isInstanceOfSatisfying(
              TpmException.class, e -> assertThat(e.is(ResponseCode.INTEGRITY)).isTrue());
    }
  }

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
                  stolen.scalar(),
                  stolen.publicKey()));
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
  void attack33BusShowsNeitherKeyNorAuthorizationValues() throws IOException {
    host.bus().clear();
    SealedKey made = host.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
    key = made;
    try (RequestKey released = ((Released) release(terms -> terms)).key()) {
      assertThat(host.bus().messages()).isGreaterThan(20);
      // The tap does see what is public, so it would have seen the rest.
      assertThat(host.bus().saw(made.state().privatePart().toArray())).isTrue();
      assertThat(host.bus().saw(released.scalar())).isFalse();
      assertThat(host.bus().saw(made.state().auth().toArray())).isFalse();
      assertThat(host.bus().saw(Arrays.copyOf(made.state().auth().toArray(), 16))).isFalse();
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

  @Test
  void manySessionsMayWaitAtOnce() throws IOException {
    ReleaseSession[] waiting = new ReleaseSession[8];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = key.beginRelease();
    }
    for (ReleaseSession session : waiting) {
      ReleaseOutcome outcome = session.finish(verifier.approveNow(host.tpm(), key, session));
      ((Released) outcome).key().close();
    }
  }

  @Test
  void launchOfAnotherAgentDuringTheReleaseIsARetry() throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), key, session);
      host.extend(15, "launch of another agent");
      assertThat(reason(session.finish(approval)).retryable()).isTrue();
    }
    assertThat(release(terms -> terms)).isInstanceOf(Released.class);
  }

  @Test
  void releasesInParallelWhileImaMeasures() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread ima =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    try {
                      host.extend(10, "ima");
                    } catch (IOException e) {
                      return;
                    }
                  }
                });
    try (var threads = Executors.newFixedThreadPool(6)) {
      List<Future<ReleaseOutcome>> running = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        running.add(threads.submit(() -> release(terms -> terms)));
      }
      for (Future<ReleaseOutcome> one : running) {
        // Transactions are whole: nothing of ours comes between PolicyPCR and Unseal.
        ((Released) one.get()).key().close();
      }
    } finally {
      stop.set(true);
      ima.join();
    }
  }
}
