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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class IdentityTest {
  private final List<Progress.Step> said = new CopyOnWriteArrayList<>();

  @Test
  void aFaultInOneRenewalDoesNotSilentlyEndTheOthers() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Identity.Attest faultyOnce =
        () -> {
          if (calls.getAndIncrement() == 0) {
            throw new IllegalStateException("fault");
          }
          return new Answer.Granted<>(result("second", Duration.ofHours(1)));
        };
    try (Identity identity =
        Identity.start(
            TestRequestKey.make(),
            result("first", Duration.ZERO),
            faultyOnce,
            Clock.systemUTC(),
            (step, text) -> said.add(step))) {
      Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> calls.get() > 1);
      Awaitility.await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> identity.current().orElseThrow().workloadIdentityToken().equals("second"));
    }
    assertThat(said).contains(Progress.Step.RENEWAL_FAILED);
  }

  private static AttestationResult result(String token, Duration renewIn) {
    Instant now = Instant.now();
    return new AttestationResult(
        token,
        now.plusSeconds(300),
        now.plus(renewIn),
        new Appraisal(
            Appraisal.Boot.PINNED, null, Appraisal.Launcher.SELF_REPORTED, KeyProtection.SEALED, 1),
        now);
  }
}
