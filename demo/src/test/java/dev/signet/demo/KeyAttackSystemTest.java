// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.SealedKey;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Attacks on the request key: to have it released, and to use it, or what it signed, elsewhere and
 * later. The attacker has what the row of the list gives him, and everything that is not in a TPM.
 */
class KeyAttackSystemTest {
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(10);

  private static Site site;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(TOKEN_LIFE);
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  @Test
  void attack31KeyIsNotReleasedToAnotherBuild() throws Exception {
    Path tampered = Files.copy(site.jar(), site.place("patched.jar"));
    Files.write(tampered, new byte[] {'!'}, StandardOpenOption.APPEND);
    try (InProcessLaunch launch =
        InProcessLaunch.record(site, site.host(), Site.AGENT, tampered, site.statement())) {
      assertThat(launch.refusal()).isEqualTo("MEASUREMENT_MISMATCH");
    }
    try (InProcessLaunch launch = InProcessLaunch.of(site)) {
      launch.register().append(launch.stop());
      assertThat(launch.refusal()).as("after its stop").isEqualTo("NO_LIVE_LAUNCH");
    }
  }

  @Test
  void attack32KeyIsNotReleasedOnceTheRegisterMoved() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        ReleaseSession session = launch.sealedKey().beginRelease()) {
      StateApproval approval =
          InProcessLaunch.granted(
                  launch.approval(launch.challenge(Purpose.RELEASE), session.nonce()))
              .approval();
      launch
          .register()
          .append(
              new LaunchEvent.Stop(
                  Site.SECOND, LaunchId.random(site.random()), null, LaunchEvent.Cause.ABORTED));
      assertThat(session.finish(approval))
          .isInstanceOfSatisfying(
              ReleaseOutcome.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .isIn(
                          ReleaseOutcome.Reason.STATE_NOT_APPROVED,
                          ReleaseOutcome.Reason.PCR_CHANGED));
    }
  }

  @Test
  void attack35To39SignaturesThatAreNotWhatTheyMustBe() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      String token = launch.attest(key).token();
      Thief sender = site.thief();
      String good = request(token).signedBy(key, site.random());
      awaitTrust(good);

      assertThat(sender.send(good).reason()).as("39: sent again").isEqualTo("REPLAYED");
      String another = request(token).signedBy(key, site.random());
      assertThat(sender.send(another.replaceAll("(?m)^Signature[^\n]*\n", "")).reason())
          .as("35: stripped")
          .isEqualTo("UNSIGNED");
      for (String component :
          List.of("@method", "@authority", "@path", "@query", "@scheme", "authorization")) {
        assertThat(
                sender
                    .send(request(token).notCovering(component).signedBy(key, site.random()))
                    .reason())
            .as("36: without %s", component)
            .isEqualTo("INSUFFICIENT_COVERAGE");
      }
      Instant now = Instant.now();
      for (Instant created : List.of(now.minusSeconds(120), now.plusSeconds(60))) {
        assertThat(
                sender
                    .send(request(token).createdAt(created).signedBy(key, site.random()))
                    .reason())
            .as("40: created at %s, now is %s", created, now)
            .isEqualTo("STALE");
      }
      assertThat(sender.send(another).status()).as("the same unharmed").isEqualTo(200);
    }
  }

  @Test
  void attack42StolenKeyIsWorthNothingWhenItsTokenEnds() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey stolen = launch.release()) {
      AttestationResult last = launch.attest(stolen);
      awaitTrust(request(last.token()).signedBy(stolen, site.random()));
      launch.register().append(launch.stop());
      assertThat(InProcessLaunch.reason(launch.flow().attest(stolen)))
          .as("no other token after the stop")
          .isEqualTo("NO_LIVE_LAUNCH");
      Awaitility.await("the token ends")
          .atMost(TOKEN_LIFE.plusSeconds(5))
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(
              () ->
                  assertThat(
                          site.thief()
                              .send(request(last.token()).signedBy(stolen, site.random()))
                              .reason())
                      .isEqualTo("TOKEN_EXPIRED"));
      assertThat(Instant.now()).isAfterOrEqualTo(last.notAfter());
    }
  }

  @Test
  void attack51LoweredFloorNeedsItsOwnRight() throws Exception {
    Path old = site.statement(Site.AGENT, "rolled-back", site.jar(), Site.FLOOR - 1);
    try (InProcessLaunch launch =
        InProcessLaunch.record(site, site.host(), Site.AGENT, site.jar(), old)) {
      assertThat(launch.refusal()).isEqualTo("ROLLED_BACK");
      site.register(Site.AGENT, site.host());
      assertThat(launch.refusal())
          .as("registering the agent again does not lower its floor")
          .isEqualTo("ROLLED_BACK");
    }
  }

  @Test
  void attack58ApprovalWorksOnceInItsSessionForItsKey() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        InProcessLaunch second =
            InProcessLaunch.record(
                site, site.host(), Site.SECOND, site.jar(), site.secondStatement())) {
      StateApproval approval;
      try (ReleaseSession first = launch.sealedKey().beginRelease()) {
        approval = launch.approve(first);
        assertThat(first.finish(approval)).isInstanceOf(ReleaseOutcome.Released.class);
      }
      assertKept(launch.sealedKey(), approval, ReleaseOutcome.Reason.OTHER_SESSION);
      assertKept(second.sealedKey(), approval, ReleaseOutcome.Reason.OTHER_KEY);
      StateApproval old;
      try (ReleaseSession before = launch.sealedKey().beginRelease()) {
        old = launch.approve(before);
      }
      // The TPM says so itself: the session is gone, and the approval is for the boot before.
      site.host().reboot();
      SealedKey again = site.host().attestor().sealedKey(Site.AGENT).orElseThrow();
      assertKept(again, old, ReleaseOutcome.Reason.OTHER_BOOT);
    }
  }

  private static OwnRequest request(String token) {
    return new OwnRequest(site, token);
  }

  /** The service accepts, once it has the trust snapshot. */
  private static void awaitTrust(String request) {
    Awaitility.await("the service has a trust snapshot")
        .atMost(Duration.ofSeconds(10))
        .until(() -> site.thief().send(request).status() == 200);
  }

  private static void assertKept(
      SealedKey key, StateApproval approval, ReleaseOutcome.Reason reason) throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      assertThat(session.finish(approval))
          .isInstanceOfSatisfying(
              ReleaseOutcome.Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
  }
}
