// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.TestRequestKey;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.KeyProtection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class IdentityTest {
  private final List<Progress.Step> said = new CopyOnWriteArrayList<>();

  @Test
  void aFaultInOneRenewalDoesNotSilentlyEndTheOthers() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    SigningKeys.Attest faultyOnce =
        () -> {
          if (calls.getAndIncrement() == 0) {
            throw new IllegalStateException("fault");
          }
          return new Answer.Granted<>(result("second", Duration.ofHours(1)));
        };
    try (Identity identity =
        Identity.start(
            new DirectSigning(TestRequestKey.make(), faultyOnce),
            result("first", Duration.ZERO),
            new VerifierClock(Clock.systemUTC(), System::nanoTime),
            (step, text) -> said.add(step))) {
      Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> calls.get() > 1);
      Awaitility.await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> identity.current().orElseThrow().workloadIdentityToken().equals("second"));
    }
    assertThat(said).contains(Progress.Step.RENEWAL_FAILED);
  }

  @Test
  void renewsThoughTheHostsClockIsSetBack() throws Exception {
    SteppedClock host = new SteppedClock();
    try (Identity identity =
        Identity.start(
            new DirectSigning(
                TestRequestKey.make(),
                () -> new Answer.Granted<>(result("second", Duration.ofHours(1)))),
            result("first", Duration.ofMillis(300)),
            new VerifierClock(host, System::nanoTime),
            (step, text) -> said.add(step))) {
      host.step(Duration.ofHours(-1));
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> identity.current().orElseThrow().workloadIdentityToken().equals("second"));
    }
  }

  @Test
  void theTokenEndsInItsTimeThoughTheHostsClockIsSetBack() throws Exception {
    SteppedClock host = new SteppedClock();
    AtomicLong nanos = new AtomicLong(-5);
    try (Identity identity =
        Identity.start(
            new DirectSigning(
                TestRequestKey.make(),
                () -> new Answer.Granted<>(result("never", Duration.ofHours(1)))),
            result("only", Duration.ofHours(1)),
            new VerifierClock(host, nanos::get),
            (step, text) -> said.add(step))) {
      host.step(Duration.ofHours(-1));
      nanos.addAndGet(Duration.ofSeconds(299).toNanos());
      assertThat(identity.current()).isPresent();
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(identity.current()).isEmpty();
    }
  }

  @Test
  void eachRenewalSetsTheTimeOfSignaturesByTheVerifiers() throws Exception {
    SteppedClock host = new SteppedClock();
    host.step(Duration.ofDays(3));
    VerifierClock clock = new VerifierClock(host, () -> 0);
    AttestationResult first = result("first", Duration.ZERO);
    AttestationResult second =
        new AttestationResult(
            "second",
            first.notAfter().plusSeconds(90),
            first.notAfter(),
            first.appraisal(),
            first.serverTime().plusSeconds(90));
    try (Identity identity =
        Identity.start(
            new DirectSigning(TestRequestKey.make(), () -> new Answer.Granted<>(second)),
            first,
            clock,
            (step, text) -> said.add(step))) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> identity.current().orElseThrow().workloadIdentityToken().equals("second"));
      host.step(Duration.ofHours(-1));
      assertThat(clock.instant()).isEqualTo(second.serverTime());
    }
  }

  /** The host's clock, set by somebody while it runs. */
  private static final class SteppedClock extends Clock {
    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);

    void step(Duration by) {
      offset.updateAndGet(before -> before.plus(by));
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(offset.get());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  static AttestationResult result(String token, Duration renewIn) {
    Instant now = Instant.now();
    return new AttestationResult(
        token,
        now.plusSeconds(300),
        now.plus(renewIn),
        new Appraisal(
            Appraisal.Boot.PINNED,
            null,
            Appraisal.Launcher.SELF_REPORTED,
            Appraisal.Isolation.FULL,
            Appraisal.Register.PCR,
            KeyProtection.SEALED,
            1),
        now);
  }
}
