// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.LeasedKey;
import dev.signet.verifier.verification.ProvenKey;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.ResidentKey;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedQuote;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request key in a TPM, without a resource manager and with one's ways. */
class ResidentKeyIT {
  private static final Provider PROVIDER = Security.getProvider("SunEC");
  private static final byte[] DATA = {1, 2, 3};
  private static final int SIGN = 0x15d;
  private static final int START_AUTH_SESSION = 0x176;
  private static final String VERIFIER = "https://verifier.example";
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @TempDir Path directory;
  private TestHost host;
  private final List<Integer> commands = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void provision() throws IOException {
    host = TestHost.provisioned(directory);
    host.bus()
        .changingCommands(
            command -> {
              commands.add(BusTap.commandCode(command));
              return command;
            });
  }

  @AfterEach
  void stop() throws IOException {
    host.close();
  }

  private static void assertSigns(dev.signet.attestor.ResidentKey key) throws IOException {
    assertThat(TestVerifier.verifies(key.publicKey(), DATA, key.sign(DATA))).isTrue();
  }

  @Test
  void signsAndLeavesNothingInTheTpm() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      assertThat(key.protection()).isEqualTo(KeyProtection.RESIDENT);
      assertSigns(key);
      assertThat(host.leftInTheTpm()).as("a saved session takes no slot").hasSize(1);
      assertSigns(key);
    }
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  @Test
  void signatureIsOneCommandWhereHandlesStay() throws IOException {
    try (var key = host.managed().createResidentKey()) {
      commands.clear();
      assertSigns(key);
      assertSigns(key);
      assertThat(commands).containsExactly(SIGN, SIGN);
    }
  }

  @Test
  void waitingSignaturesAreMadeInOneTransaction() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      commands.clear();
      Queue<SigningJob> jobs = new ArrayDeque<>();
      List<byte[]> signatures = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        jobs.add(job(signatures));
      }
      key.serve(jobs::poll);
      assertThat(signatures).hasSize(5);
      assertThat(signatures).allMatch(rs -> TestVerifier.verifies(key.publicKey(), DATA, rs));
      assertThat(Collections.frequency(commands, SIGN)).isEqualTo(5);
      assertThat(commands).doesNotContain(START_AUTH_SESSION);
      assertThat(commands).as("saving and loading, once for all").hasSizeLessThan(15);
    }
  }

  @Test
  void whoWaitsIsToldOfAFailure() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      host.bus()
          .changingResponses(
              response -> {
                if (commands.getLast() == SIGN) {
                  response[30] ^= 1;
                }
                return response;
              });
      Queue<SigningJob> jobs = new ArrayDeque<>();
      List<IOException> told = new ArrayList<>();
      jobs.add(failing(() -> DATA, told));
      jobs.add(failing(() -> DATA, told));
      assertThatThrownBy(() -> key.serve(jobs::poll))
          .isInstanceOf(AttestorException.class)
          .satisfies(e -> assertThat(told).containsExactly((IOException) e));
      assertThat(jobs).as("who was not at work yet").hasSize(1);
      host.bus().changingResponses(response -> response);

      IllegalStateException fault = new IllegalStateException("a bug");
      jobs.clear();
      jobs.add(
          failing(
              () -> {
                throw fault;
              },
              told));
      assertThatThrownBy(() -> key.serve(jobs::poll)).isSameAs(fault);
      assertThat(told).hasSize(2).last().extracting(Throwable::getCause).isSameAs(fault);
      assertSigns(key);
    }
  }

  private static SigningJob failing(Supplier<byte[]> data, List<IOException> told) {
    return new SigningJob() {
      @Override
      public byte[] data() {
        return data.get();
      }

      @Override
      public void signed(byte[] signature) {
        throw new AssertionError("nothing was to be signed");
      }

      @Override
      public void failed(IOException cause) {
        told.add(cause);
      }
    };
  }

  private static SigningJob job(List<byte[]> signatures) {
    return new SigningJob() {
      @Override
      public byte[] data() {
        return DATA;
      }

      @Override
      public void signed(byte[] signature) {
        signatures.add(signature);
      }

      @Override
      public void failed(IOException cause) {
        throw new AssertionError(cause);
      }
    };
  }

  @Test
  void lostSessionIsReplaced() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      host.tpm().connection().transact(ResidentKeyIT::flushSessions);
      commands.clear();
      assertSigns(key);
      assertSigns(key);
      assertThat(Collections.frequency(commands, START_AUTH_SESSION))
          .as("the new one stays")
          .isEqualTo(1);
    }
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  @Test
  void sessionLostWhereHandlesStayIsReplaced() throws IOException {
    Attestor attestor = host.managed();
    try (var key = attestor.createResidentKey()) {
      attestor.tpm().connection().transact(ResidentKeyIT::flushSessions);
      commands.clear();
      assertSigns(key);
      assertThat(Collections.frequency(commands, START_AUTH_SESSION)).isEqualTo(1);
    }
    attestor.tpm().close();
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  @Test
  void whatALostConnectionHeldIsNotTriedAgain() throws IOException {
    Attestor attestor = host.managed();
    try (var key = attestor.createResidentKey()) {
      host.breakOff(attestor);
      commands.clear();
      assertSigns(key);
      assertThat(commands).startsWith(START_AUTH_SESSION).endsWith(SIGN).containsOnlyOnce(SIGN);
      commands.clear();
      assertSigns(key);
      assertThat(commands).containsExactly(SIGN);
    }
    attestor.tpm().close();
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  /** The TPM gives a handle that is free to whoever comes next. */
  @Test
  void closedKeyFlushesNoOtherUnderItsHandle() throws IOException {
    Attestor attestor = host.managed();
    var lost = attestor.createResidentKey();
    host.breakOff(attestor);
    var closed = attestor.createResidentKey();
    lost.close();
    commands.clear();
    assertSigns(closed);
    assertThat(commands).containsExactly(SIGN);
    closed.close();
    try (var next = attestor.createResidentKey()) {
      closed.close();
      lost.close();
      commands.clear();
      assertSigns(next);
      assertThat(commands).containsExactly(SIGN);
    }
    attestor.tpm().close();
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  private static Void flushSessions(Transaction transaction) throws IOException {
    Capabilities capabilities = new Capabilities(transaction);
    for (int loaded : capabilities.handles(0x02000000)) {
      transaction.flushNow(loaded);
    }
    for (int saved : capabilities.handles(0x03000000)) {
      transaction.flushNow(saved & 0x00ffffff | 0x02000000);
    }
    return null;
  }

  @Test
  void busyTpmIsAskedAgain() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      boolean[] refused = {false};
      host.bus()
          .changingResponses(
              response -> {
                if (!refused[0] && commands.getLast() == SIGN) {
                  refused[0] = true;
                  // TPM_RC_RETRY. What the TPM did is thrown away, and with it the nonce it chose.
                  return ByteBuffer.allocate(10)
                      .putShort((short) 0x8001)
                      .putInt(10)
                      .putInt(ResponseCode.RETRY)
                      .array();
                }
                return response;
              });
      assertSigns(key);
      assertThat(refused[0]).isTrue();
    }
  }

  @Test
  void tamperedSignatureIsNoticed() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      host.bus()
          .changingResponses(
              response -> {
                if (commands.getLast() == SIGN) {
                  response[30] ^= 1;
                }
                return response;
              });
      assertThatThrownBy(() -> key.sign(DATA))
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.BUS_TAMPERED));
      host.bus().changingResponses(response -> response);
      assertSigns(key);
    }
  }

  @Test
  void attack07ResidentKeyIsGoneAfterReset() throws IOException {
    try (var key = host.attestor().createResidentKey()) {
      host.reboot();
      assertThatThrownBy(() -> key.sign(DATA))
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.RESIDENT_KEY_GONE));
    }
  }

  @Test
  void closedKeySignsNoMore() throws IOException {
    var key = host.attestor().createResidentKey();
    key.close();
    key.close();
    assertThatThrownBy(() -> key.sign(DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the launch is over");
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  private static Challenge challenge() {
    byte[] nonce = new byte[32];
    TestHost.RANDOM.nextBytes(nonce);
    return new Challenge(
        Bytes.of(nonce), Purpose.ATTEST, VERIFIER, List.of(0, 4, 7, 15), 15, NOW, NOW);
  }

  private static Refusal reason(Verification<?> verification) {
    return verification instanceof Verification.Refused<?>(Refusal reason, String detail)
        ? reason
        : null;
  }

  @Test
  void verifierBelievesTheCertificationAndTheLease() throws IOException {
    host.reboot();
    for (boolean managed : List.of(false, true)) {
      Attestor attestor = managed ? host.managed() : host.attestor();
      AttestationKey ak =
          ((Verification.Authentic<AttestationKey>)
                  AttestationKey.check(attestor.akPublic(), attestor.akParentPublic()))
              .value();
      try (var key = attestor.createResidentKey();
          RequestKey leased = attestor.createLeaseKey()) {
        AttestationRequest evidence =
            attestor.attestEvidence(
                challenge(),
                TestHost.AGENT,
                LaunchId.random(TestHost.RANDOM),
                attestor.launchRegister(15),
                Bytes.of(new byte[] {1}),
                key,
                Optional.of(leased));
        byte[] input = EvidenceInput.forAttestation(evidence, VERIFIER);
        VerifiedQuote quote =
            ((Verification.Authentic<VerifiedQuote>)
                    new QuoteVerifier(PROVIDER)
                        .verify(evidence.quote(), ak, input, PcrSelection.of(List.of(0, 4, 7, 15))))
                .value();
        assertThat(
                reason(
                    ResidentKey.verify(
                        key.publicKey(), evidence.certification(), quote, input, PROVIDER)))
            .isNull();
        assertThat(
                reason(
                    ResidentKey.verify(
                        leased.publicKey(), evidence.certification(), quote, input, PROVIDER)))
            .as("another key")
            .isEqualTo(Refusal.BAD_KEY_CERTIFICATION);
        ProvenKey proven =
            ((Verification.Authentic<ProvenKey>)
                    ProvenKey.verify(
                        key.publicKey(), quote, input, evidence.proofOfPossession(), PROVIDER))
                .value();
        assertThat(reason(LeasedKey.verify(proven, evidence.lease(), input, NOW, PROVIDER)))
            .isNull();
        assertSigns(key);
      }
    }
  }
}
