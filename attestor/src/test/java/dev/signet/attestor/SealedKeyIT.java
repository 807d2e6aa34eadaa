// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.ReleaseOutcome.Reason;
import dev.signet.attestor.ReleaseOutcome.Refused;
import dev.signet.attestor.ReleaseOutcome.Released;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Into which states, and to whom, the TPM gives the key. */
class SealedKeyIT extends WithSealedKey {
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
                state.secretsPoint(),
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
                state.secretsPoint(),
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
  void attack33BusShowsNeitherKeyNorAuthorizationValues() throws IOException {
    host.bus().clear();
    SealedKey made = host.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
    key = made;
    try (RequestKey released = ((Released) release(terms -> terms)).key()) {
      assertThat(host.bus().messages()).isGreaterThan(20);
      // The tap does see what is public, so it would have seen the rest.
      assertThat(host.bus().saw(made.state().privatePart().toArray())).isTrue();
      assertThat(host.bus().saw(released.scalar())).isFalse();
      assertThat(host.bus().saw(released.secretsKey().scalar())).isFalse();
      assertThat(host.bus().saw(made.state().auth().toArray())).isFalse();
      assertThat(host.bus().saw(Arrays.copyOf(made.state().auth().toArray(), 16))).isFalse();
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
