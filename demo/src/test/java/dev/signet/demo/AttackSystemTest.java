// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.RequestKey;
import dev.signet.launcher.Answer;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.VerifierClient;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Attacks on the whole: real TPM structures, a real verifier, a real service. The attacker has what
 * the row of the list gives him, and otherwise everything that is not in a TPM.
 */
class AttackSystemTest {
  private static Site site;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofSeconds(10));
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  @Test
  void attack01ReplayedQuote() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      AttestationRequest evidence = launch.evidence(launch.challenge(Purpose.ATTEST), key);
      InProcessLaunch.granted(launch.client().attest(evidence));
      assertThat(InProcessLaunch.reason(launch.client().attest(evidence))).isEqualTo("WRONG_NONCE");

      Challenge fresh = launch.challenge(Purpose.ATTEST);
      assertThat(
              InProcessLaunch.reason(
                  launch.client().attest(with(evidence, fresh.nonce(), evidence.akName()))))
          .as("the old quote under a new nonce")
          .isEqualTo("WRONG_NONCE");
    }
  }

  @Test
  void attack02NonceIsTakenOnceHoweverManyRaceForIt() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
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
          assertThat(InProcessLaunch.reason(answer.get())).isEqualTo("WRONG_NONCE");
        }
      }
      assertThat(granted).isEqualTo(1);
    }
  }

  @Test
  void attack05GoodTpmElsewhereDoesNotSpeakForThisHost() throws Exception {
    try (InProcessLaunch here = InProcessLaunch.of(site);
        RequestKey key = here.release();
        InProcessLaunch elsewhere =
            InProcessLaunch.record(
                site, site.otherHost(), Site.AGENT, site.jar(), site.statement())) {
      assertThat(elsewhere.refusal())
          .as("an admitted machine, on which this agent may not run")
          .isEqualTo("NOT_REGISTERED");

      Challenge challenge = here.challenge(Purpose.ATTEST);
      AttestationRequest relayed = elsewhere.evidence(challenge, key);
      assertThat(InProcessLaunch.reason(here.client().attest(relayed)))
          .as("this machine's challenge, quoted by the other's TPM")
          .isEqualTo("WRONG_NONCE");
      Challenge another = here.challenge(Purpose.ATTEST);
      AttestationRequest ownName =
          withName(elsewhere.evidence(another, key), site.host().attestor().akName());
      assertThat(InProcessLaunch.reason(here.client().attest(ownName))).isEqualTo("BAD_QUOTE");
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
              null,
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
            null,
            thief.attestor().akPublic(),
            thief.attestor().akParentPublic(),
            null);
    try (VerifierClient client = site.host().client()) {
      assertThat(InProcessLaunch.reason(client.enroll(rebind))).isEqualTo("AK_EXISTS");
    }
  }

  @Test
  void attack55OwnTpmIsNotAdmittedByBeingGenuine() throws Exception {
    DemoHost own = site.newHost("host-8", "t8");
    for (String token : new String[] {null, "A".repeat(43), site.joinToken("host-9")}) {
      assertThat(
              InProcessLaunch.reason(own.enroll(site.verifierUrl(), site.verifierTrust(), token)))
          .as("join token %s", token)
          .isEqualTo("NOT_ADMITTED");
    }
    String token = site.joinToken("host-8");
    InProcessLaunch.granted(own.enroll(site.verifierUrl(), site.verifierTrust(), token));
    try (InProcessLaunch launch =
        InProcessLaunch.record(site, own, Site.AGENT, site.jar(), site.statement())) {
      assertThat(launch.refusal()).as("admitted, but no agent may").isEqualTo("NOT_REGISTERED");
    }
    // That it is used up while its enrolment is still open: EnrollmentAttacksIT.
    for (String name : List.of("host-8", "host-10")) {
      DemoHost second = site.newHost(name, "t10-" + name);
      assertThat(
              InProcessLaunch.reason(
                  second.enroll(site.verifierUrl(), site.verifierTrust(), token)))
          .as("the join token a second time, as " + name)
          .isEqualTo("NOT_ADMITTED");
    }
  }

  @Test
  void attack60ChallengeOfAnotherVerifierIsNotAnswered() throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      AttestationFlow misled =
          new AttestationFlow(
              site.host().attestor(),
              launch.register(),
              launch.client(),
              "https://another.verifier.example",
              Site.AGENT,
              launch.launch(),
              Bytes.of(Files.readAllBytes(site.statement())));
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
            assertThat(InProcessLaunch.reason(answer)).isEqualTo("REVOKED");
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

  private static AttestationRequest withName(AttestationRequest r, Bytes akName) {
    return with(r, r.nonce(), akName);
  }

  private static AttestationRequest with(AttestationRequest r, Bytes nonce, Bytes akName) {
    return new AttestationRequest(
        r.purpose(),
        nonce,
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
