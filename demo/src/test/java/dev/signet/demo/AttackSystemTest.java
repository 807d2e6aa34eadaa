// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.SealedKey;
import dev.signet.launcher.Answer;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.VerifierClient;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Attacks on the whole: real TPM structures, a real verifier, a real service. The attacker has what
 * the row of the list gives him, and otherwise everything that is not in a TPM.
 */
class AttackSystemTest {
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
  void attack01ReplayedQuote() throws Exception {
    try (InProcessLaunch launch = launch();
        RequestKey key = launch.release()) {
      AttestationRequest evidence = launch.evidence(launch.challenge(Purpose.ATTEST), key);
      InProcessLaunch.granted(launch.client().attest(evidence));
      assertThat(reason(launch.client().attest(evidence))).isEqualTo("WRONG_NONCE");

      Challenge fresh = launch.challenge(Purpose.ATTEST);
      assertThat(reason(launch.client().attest(withNonce(evidence, fresh))))
          .as("the old quote under a new nonce")
          .isEqualTo("WRONG_NONCE");
    }
  }

  @Test
  void attack02NonceIsTakenOnceHoweverManyRaceForIt() throws Exception {
    try (InProcessLaunch launch = launch();
        RequestKey key = launch.release();
        ExecutorService racers = Executors.newFixedThreadPool(8)) {
      AttestationRequest evidence = launch.evidence(launch.challenge(Purpose.ATTEST), key);
      Callable<Answer<AttestationResult>> submission = () -> launch.client().attest(evidence);
      int granted = 0;
      for (Future<Answer<AttestationResult>> answer :
          racers.invokeAll(java.util.Collections.nCopies(8, submission))) {
        if (answer.get() instanceof Answer.Granted) {
          granted++;
        } else {
          assertThat(reason(answer.get())).isEqualTo("WRONG_NONCE");
        }
      }
      assertThat(granted).isEqualTo(1);
    }
  }

  @Test
  void attack05GoodTpmElsewhereDoesNotSpeakForThisHost() throws Exception {
    try (InProcessLaunch here = launch();
        RequestKey key = here.release();
        InProcessLaunch elsewhere =
            InProcessLaunch.record(
                site, site.otherHost(), Site.AGENT, site.jar(), site.statement())) {
      assertThat(refusedRelease(elsewhere))
          .as("an admitted machine, on which this agent may not run")
          .isEqualTo("NOT_REGISTERED");

      Challenge challenge = here.challenge(Purpose.ATTEST);
      AttestationRequest relayed = elsewhere.evidence(challenge, key);
      assertThat(reason(here.client().attest(relayed)))
          .as("this machine's challenge, quoted by the other's TPM")
          .isEqualTo("WRONG_NONCE");
      Challenge another = here.challenge(Purpose.ATTEST);
      AttestationRequest ownName =
          with(elsewhere.evidence(another, key), site.host().attestor().akName());
      assertThat(reason(here.client().attest(ownName))).isEqualTo("BAD_QUOTE");
    }
  }

  @Test
  void attack06AttestationKeyOfAnotherTpmCannotBeBoundToAHost() throws Exception {
    DemoHost victim = site.newHost("host-6", "t6");
    DemoHost thief = site.newHost("host-7", "t7");
    try (VerifierClient client = site.host().client()) {
      EnrollmentRequest mixed =
          new EnrollmentRequest(
              victim.id(),
              victim.attestor().ekCertificate().orElseThrow(),
              thief.attestor().akPublic(),
              thief.attestor().akParentPublic(),
              site.joinToken("host-6"));
      EnrollmentChallenge challenge = InProcessLaunch.granted(client.enroll(mixed));
      assertThatThrownBy(() -> thief.attestor().activate(challenge))
          .as("the thief's TPM cannot decrypt what was made for the other's EK")
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> victim.attestor().activate(challenge))
          .as("the victim's TPM does not have the named key")
          .isInstanceOf(IOException.class);
    }
    assertThat(site.operator("GET", "/v1/hosts", null).path("hosts").toString())
        .contains("host-1")
        .doesNotContain("host-6");

    EnrollmentRequest rebind =
        new EnrollmentRequest(
            site.host().id(),
            site.host().attestor().ekCertificate().orElseThrow(),
            thief.attestor().akPublic(),
            thief.attestor().akParentPublic(),
            null);
    try (VerifierClient client = site.host().client()) {
      assertThat(reason(client.enroll(rebind))).isEqualTo("AK_EXISTS");
    }
  }

  @Test
  void attack31KeyIsNotReleasedToAnotherBuild() throws Exception {
    Path tampered = Files.copy(site.jar(), site.place("patched.jar"));
    Files.write(tampered, new byte[] {'!'}, StandardOpenOption.APPEND);
    try (InProcessLaunch launch =
        InProcessLaunch.record(site, site.host(), Site.AGENT, tampered, site.statement())) {
      assertThat(refusedRelease(launch)).isEqualTo("MEASUREMENT_MISMATCH");
    }
    try (InProcessLaunch launch = launch()) {
      launch.register().append(stop(launch));
      assertThat(refusedRelease(launch)).as("after its stop").isEqualTo("NO_LIVE_LAUNCH");
    }
  }

  @Test
  void attack32KeyIsNotReleasedOnceTheRegisterMoved() throws Exception {
    try (InProcessLaunch launch = launch();
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
    try (InProcessLaunch launch = launch();
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
    try (InProcessLaunch launch = launch();
        RequestKey stolen = launch.release()) {
      AttestationResult last = launch.attest(stolen);
      awaitTrust(request(last.token()).signedBy(stolen, site.random()));
      launch.register().append(stop(launch));
      assertThat(reason(launch.flow().attest(stolen)))
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
      assertThat(refusedRelease(launch)).isEqualTo("ROLLED_BACK");
      site.register(Site.AGENT, site.host());
      assertThat(refusedRelease(launch))
          .as("registering the agent again does not lower its floor")
          .isEqualTo("ROLLED_BACK");
    }
  }

  @Test
  void attack55OwnTpmIsNotAdmittedByBeingGenuine() throws Exception {
    DemoHost own = site.newHost("host-8", "t8");
    for (String token : new String[] {null, "A".repeat(43), site.joinToken("host-9")}) {
      assertThat(reason(own.enroll(site.verifierUrl(), site.verifierTrust(), token)))
          .as("join token %s", token)
          .isEqualTo("NOT_ADMITTED");
    }
    String token = site.joinToken("host-8");
    InProcessLaunch.granted(own.enroll(site.verifierUrl(), site.verifierTrust(), token));
    try (InProcessLaunch launch =
        InProcessLaunch.record(site, own, Site.AGENT, site.jar(), site.statement())) {
      assertThat(refusedRelease(launch))
          .as("admitted, but no agent may")
          .isEqualTo("NOT_REGISTERED");
    }
    DemoHost second = site.newHost("host-10", "t10");
    assertThat(reason(second.enroll(site.verifierUrl(), site.verifierTrust(), token)))
        .as("the join token a second time")
        .isEqualTo("NOT_ADMITTED");
  }

  @Test
  void attack58ApprovalWorksOnceInItsSessionForItsKey() throws Exception {
    try (InProcessLaunch launch = launch();
        InProcessLaunch second =
            InProcessLaunch.record(
                site, site.host(), Site.SECOND, site.jar(), site.secondStatement())) {
      StateApproval approval;
      try (ReleaseSession first = launch.sealedKey().beginRelease()) {
        approval = approve(launch, first);
        assertThat(first.finish(approval)).isInstanceOf(ReleaseOutcome.Released.class);
      }
      assertKept(launch.sealedKey(), approval, ReleaseOutcome.Reason.OTHER_SESSION);
      assertKept(second.sealedKey(), approval, ReleaseOutcome.Reason.OTHER_KEY);
      try (ReleaseSession held = launch.sealedKey().beginRelease()) {
        StateApproval old = approve(launch, held);
        site.host().reboot();
        assertThat(held.finish(old))
            .as("held over a reboot")
            .isInstanceOf(ReleaseOutcome.Refused.class);
      } catch (IOException e) {
        assertThat(e).as("the session is gone with the boot").isNotNull();
      }
    }
  }

  @Test
  void attack60ChallengeOfAnotherVerifierIsNotAnswered() throws Exception {
    try (InProcessLaunch launch = launch();
        RequestKey key = launch.release()) {
      AttestationFlow misled =
          new AttestationFlow(
              site.host().attestor(),
              launch.register(),
              launch.client(),
              "https://another.verifier.example",
              Site.AGENT,
              launch.launch(),
              dev.signet.protocol.Bytes.of(Files.readAllBytes(site.statement())));
      assertThatThrownBy(() -> misled.attest(key))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("https://another.verifier.example");
      assertThatThrownBy(() -> misled.release(launch.sealedKey()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expected a challenge of");
    }
  }

  @Test
  void attack64NothingIsIssuedAfterARevocation() throws Exception {
    AgentId agent = Site.SECOND;
    try (InProcessLaunch launch =
            InProcessLaunch.record(site, site.host(), agent, site.jar(), site.secondStatement());
        RequestKey key = launch.release();
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      List<AttestationRequest> ready = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        ready.add(launch.evidence(launch.challenge(Purpose.ATTEST), key));
      }
      List<Future<Answer<AttestationResult>>> answers = new ArrayList<>();
      for (AttestationRequest evidence : ready.subList(0, 6)) {
        answers.add(others.submit(() -> launch.client().attest(evidence)));
      }
      var revoked = site.signet("revoke", "agent", agent, "--reason", "race");
      try {
        assertThat(revoked.code()).as(revoked.err()).isZero();
        for (AttestationRequest evidence : ready.subList(6, 12)) {
          answers.add(others.submit(() -> launch.client().attest(evidence)));
        }
        for (int i = 0; i < answers.size(); i++) {
          Answer<AttestationResult> answer = answers.get(i).get();
          if (i >= 6) {
            assertThat(reason(answer)).isEqualTo("REVOKED");
          }
        }
        assertNothingIssuedAfterTheRevocation(agent);
      } finally {
        site.signet("reinstate", "agent", agent, "--reason", "over");
      }
    }
  }

  private static void assertNothingIssuedAfterTheRevocation(AgentId agent) throws Exception {
    boolean revoked = false;
    int refused = 0;
    for (JsonNode decision : site.audit()) {
      String act = decision.path("act").asText();
      revoked |= act.equals("revoke") && decision.toString().contains(agent.value());
      if (revoked
          && act.equals("attest")
          && decision.path("agent").asText().equals(agent.value())) {
        assertThat(decision.path("outcome").asText()).isEqualTo("REVOKED");
        refused++;
      }
    }
    assertThat(refused).isGreaterThanOrEqualTo(6);
  }

  private static InProcessLaunch launch() throws Exception {
    return InProcessLaunch.record(site, site.host(), Site.AGENT, site.jar(), site.statement());
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

  private static LaunchEvent stop(InProcessLaunch launch) {
    return new LaunchEvent.Stop(Site.AGENT, launch.launch(), 0, LaunchEvent.Cause.EXITED);
  }

  private static StateApproval approve(InProcessLaunch launch, ReleaseSession session)
      throws Exception {
    Challenge challenge = launch.challenge(Purpose.RELEASE);
    return InProcessLaunch.granted(launch.approval(challenge, session.nonce())).approval();
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

  private static String refusedRelease(InProcessLaunch launch) throws Exception {
    return switch (launch.flow().release(launch.sealedKey())) {
      case AttestationFlow.Release.NotApproved(var problem) -> problem.reason();
      case AttestationFlow.Release.KeptByTpm(var reason, var detail) -> reason + ": " + detail;
      case AttestationFlow.Release.Released(RequestKey key) -> {
        key.close();
        yield "the key came out";
      }
    };
  }

  private static String reason(Answer<?> answer) {
    return switch (answer) {
      case Answer.Refused<?> refused -> refused.problem().reason();
      case Answer.Granted<?> granted -> "granted";
    };
  }

  private static AttestationRequest withNonce(AttestationRequest r, Challenge fresh) {
    return new AttestationRequest(
        r.purpose(),
        fresh.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        r.sessionNonce(),
        r.proofOfPossession());
  }

  private static AttestationRequest with(AttestationRequest r, dev.signet.protocol.Bytes akName) {
    return new AttestationRequest(
        r.purpose(),
        r.nonce(),
        akName,
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        r.sessionNonce(),
        r.proofOfPossession());
  }
}
