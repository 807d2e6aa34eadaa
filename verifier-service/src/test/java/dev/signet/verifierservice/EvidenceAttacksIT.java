// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.SoftwareTpm;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks of ATTACKS.md on challenges and evidence, through the API. */
class EvidenceAttacksIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    host = new TestHost(verifier, "host-1").ready();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  @Test
  void attack01ReplayedEvidence() throws Exception {
    AttestationRequest evidence = host.freshEvidence(Purpose.ATTEST);
    assertThat(host.submit(evidence).statusCode()).isEqualTo(200);
    assertThat(host.refused(evidence)).isEqualTo("WRONG_NONCE");
  }

  @Test
  void attack01OldQuoteUnderANewNonce() throws Exception {
    AttestationRequest old = host.freshEvidence(Purpose.ATTEST);
    AttestationRequest fresh = host.freshEvidence(Purpose.ATTEST);
    AttestationRequest mixed =
        new AttestationRequest(
            Purpose.ATTEST,
            fresh.nonce(),
            fresh.akName(),
            fresh.agent(),
            fresh.launch(),
            old.quote(),
            fresh.log(),
            fresh.statement(),
            fresh.requestKey(),
            fresh.keyProtection(),
            null,
            fresh.proofOfPossession());
    assertThat(host.refused(mixed)).isEqualTo("WRONG_NONCE");
  }

  private JsonNode lastDecision() throws Exception {
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    return decisions.get(decisions.size() - 1);
  }

  @Test
  void forgedQuoteIsNotAuditedInTheNameOfTheHost() throws Exception {
    assertThat(host.submit(host.freshEvidence(Purpose.ATTEST)).statusCode()).isEqualTo(200);
    assertThat(lastDecision().get("actor").asText()).isEqualTo("host:host-1");
    Bytes nonce = host.challenge(Purpose.ATTEST).nonce();
    SoftwareTpm another = new SoftwareTpm();
    AttestationRequest forged = host.evidence(Purpose.ATTEST, nonce, TestVerifier.ISSUER);
    forged =
        new AttestationRequest(
            forged.purpose(),
            forged.nonce(),
            forged.akName(),
            forged.agent(),
            forged.launch(),
            another.quote(EvidenceInput.forAttestation(forged, TestVerifier.ISSUER), host.pcrs()),
            forged.log(),
            forged.statement(),
            forged.requestKey(),
            forged.keyProtection(),
            null,
            forged.proofOfPossession());
    assertThat(host.refused(forged)).isEqualTo("BAD_QUOTE");
    JsonNode audited = lastDecision();
    assertThat(audited.get("outcome").asText()).isEqualTo("BAD_QUOTE");
    assertThat(audited.get("actor").asText()).isEqualTo("-");
    assertThat(audited.get("host").isNull()).isTrue();
    assertThat(audited.get("agent").isNull()).isTrue();
    assertThat(audited.get("detail").asText()).startsWith("claimed host: host-1, agent: ");
  }

  /** What our own tools would not sign. */
  private static Bytes signed(byte[] payload, KeyPair key, PublicJwk signer) throws Exception {
    String type = ReferenceStatement.PAYLOAD_TYPE;
    DsseEnvelope.Signature none =
        new DsseEnvelope.Signature(signer.thumbprint(), Bytes.of(new byte[1]));
    DsseEnvelope unsigned = new DsseEnvelope(type, Bytes.of(payload), List.of(none));
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(key.getPrivate());
    ecdsa.update(unsigned.signedBytes());
    DsseEnvelope.Signature good =
        new DsseEnvelope.Signature(signer.thumbprint(), Bytes.of(ecdsa.sign()));
    return Bytes.of(new DsseEnvelope(type, Bytes.of(payload), List.of(good)).encode());
  }

  @Test
  void attack44StatementWithVeryManyArtifacts() throws Exception {
    String payload =
        new String(
            DsseEnvelope.parse(host.statement.toArray()).payload().toArray(),
            StandardCharsets.UTF_8);
    Matcher list = Pattern.compile("\"artifacts\"\\s*:\\s*\\[\\s*(\\{[^}]*\\})").matcher(payload);
    assertThat(list.find()).isTrue();
    StringBuilder many = new StringBuilder(payload.substring(0, list.start(1)));
    for (int i = 0; i < 200; i++) {
      many.append(list.group(1).replace("agent-jar", "role-" + i)).append(',');
    }
    many.append(payload.substring(list.start(1)));
    KeyPair ci = SoftwareTpm.p256();
    PublicJwk signer = PublicJwk.of((ECPublicKey) ci.getPublic());
    host.register(host.agent, "\"host-1\"", signer);
    host.statement = signed(many.toString().getBytes(StandardCharsets.UTF_8), ci, signer);
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_MALFORMED");
    assertThat(lastDecision().get("outcome").asText()).isEqualTo("STATEMENT_MALFORMED");
  }

  @Test
  void attack01ExpiredNonce() throws Exception {
    AttestationRequest evidence = host.freshEvidence(Purpose.ATTEST);
    verifier.ahead.set(Duration.ofSeconds(61));
    assertThat(host.refused(evidence)).isEqualTo("WRONG_NONCE");
  }

  @Test
  void attack02OneOfThirtyTwoSubmissionsWins() throws Exception {
    AttestationRequest evidence = host.freshEvidence(Purpose.ATTEST);
    CountDownLatch together = new CountDownLatch(1);
    List<Future<Integer>> answers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(32)) {
      for (int i = 0; i < 32; i++) {
        answers.add(
            pool.submit(
                () -> {
                  together.await();
                  return host.submit(evidence).statusCode();
                }));
      }
      together.countDown();
      int accepted = 0;
      for (Future<Integer> answer : answers) {
        accepted += answer.get() == 200 ? 1 : 0;
      }
      assertThat(accepted).isEqualTo(1);
    }
  }

  @Test
  void attack03EmptyOrShortNonce() throws Exception {
    AttestationRequest evidence = host.freshEvidence(Purpose.ATTEST);
    String json = new String(StrictJson.encode(evidence), StandardCharsets.UTF_8);
    for (String nonce : List.of("", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA")) {
      byte[] broken =
          json.replace("\"nonce\":\"" + evidence.nonce(), "\"nonce\":\"" + nonce)
              .getBytes(StandardCharsets.UTF_8);
      assertThat(verifier.reason("POST", "/v1/attestations", null, broken))
          .isEqualTo("MALFORMED_MESSAGE");
    }
    Bytes zeros = Bytes.of(new byte[32]);
    assertThat(host.refused(host.evidence(Purpose.ATTEST, zeros, TestVerifier.ISSUER)))
        .isEqualTo("WRONG_NONCE");
  }

  @Test
  void attack40RefusalsTellTheServersTime() throws Exception {
    ProblemDetails problem = TestVerifier.problem(verifier.call("GET", "/v1/hosts", "wrong", null));
    assertThat(problem.reason()).isEqualTo("UNAUTHENTICATED");
    assertThat(problem.serverTime()).isBetween(Instant.now().minusSeconds(30), Instant.now());
  }

  @Test
  void attack48FailingStorageIsNoPass() throws Exception {
    AttestationRequest evidence = host.freshEvidence(Purpose.ATTEST);
    try (Connection c =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/verifier.db"));
        Statement s = c.createStatement()) {
      s.execute("BEGIN EXCLUSIVE");
      HttpResponse<byte[]> answer = host.submit(evidence);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(TestVerifier.problem(answer).reason()).isEqualTo("UNAVAILABLE");
      assertThat(TestVerifier.text(answer)).doesNotContain("SQL", "Exception", "token");
      s.execute("ROLLBACK");
    }
    assertThat(host.submit(evidence).statusCode()).as("nothing half done").isEqualTo(200);
  }

  @Test
  void attack50EvidenceOfAnotherAgentOrHost() throws Exception {
    Bytes nonceOfBilling = host.challenge(Purpose.ATTEST).nonce();
    TestHost second = new TestHost(verifier, "host-2").admitted();
    host.register(TestHost.AGENT, "\"host-1\",\"host-2\"");
    second.enrolled().launch();
    assertThat(second.refused(second.evidence(Purpose.ATTEST, nonceOfBilling, TestVerifier.ISSUER)))
        .isEqualTo("WRONG_NONCE");
    host.agent = new dev.signet.protocol.AgentId("spiffe://example.org/agent/other");
    host.launch();
    assertThat(host.refused(host.evidence(Purpose.ATTEST, nonceOfBilling, TestVerifier.ISSUER)))
        .isEqualTo("WRONG_NONCE");
  }

  @Test
  void attack51OlderBuildBelowTheFloor() throws Exception {
    String floor = "{\"agent\":\"" + TestHost.AGENT + "\",\"securityVersion\":%d}";
    verifier.operator("POST", "/v1/floors", floor.formatted(4));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("ROLLED_BACK");
    verifier.stop();
    verifier.start();
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("ROLLED_BACK");
    verifier.operator("DELETE", "/v1/registrations?agent=" + TestHost.AGENT, null);
    host.registered();
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("ROLLED_BACK");
    byte[] lower = floor.formatted(1).getBytes(StandardCharsets.UTF_8);
    assertThat(verifier.reason("POST", "/v1/floors", TestVerifier.REGISTRAR, lower))
        .isEqualTo("NOT_PERMITTED");
    verifier.operator("POST", "/v1/floors", floor.formatted(1));
    host.attest();
  }

  @Test
  void attack53DecisionsTellWhenTheAgentWasLastSeen() throws Exception {
    host.attest();
    host.attest();
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    JsonNode last = decisions.get(decisions.size() - 1);
    assertThat(last.get("act").asText()).isEqualTo("attest");
    assertThat(last.get("lastSeen")).isEqualTo(last.get("time"));
    JsonNode first = decisions.get(decisions.size() - 2);
    assertThat(last.get("lastGood")).isEqualTo(first.get("time"));
    assertThat(first.get("lastGood").isNull()).isTrue();
  }

  @Test
  void attack60NonceOfAnotherVerifierOrPurpose() throws Exception {
    Challenge challenge = host.challenge(Purpose.ATTEST);
    assertThat(
            host.refused(host.evidence(Purpose.ATTEST, challenge.nonce(), "https://staging.test")))
        .isEqualTo("WRONG_NONCE");
    Bytes forRelease = host.challenge(Purpose.RELEASE).nonce();
    assertThat(host.refused(host.evidence(Purpose.ATTEST, forRelease, TestVerifier.ISSUER)))
        .isEqualTo("WRONG_NONCE");
  }

  @Test
  void attack61EvidenceWithAKeyThatItDoesNotHold() throws Exception {
    AttestationRequest good = host.freshEvidence(Purpose.ATTEST);
    AttestationRequest unproved =
        new AttestationRequest(
            Purpose.ATTEST,
            good.nonce(),
            good.akName(),
            good.agent(),
            good.launch(),
            good.quote(),
            good.log(),
            good.statement(),
            good.requestKey(),
            good.keyProtection(),
            null,
            Bytes.of(SoftwareTpm.sign(SoftwareTpm.p256().getPrivate(), new byte[] {1})));
    assertThat(host.refused(unproved)).isEqualTo("BAD_PROOF_OF_POSSESSION");
  }

  @Test
  void attack61KeyOfAnotherHost() throws Exception {
    host.register(TestHost.AGENT, "\"host-1\",\"host-2\"");
    host.attest();
    TestHost thief = new TestHost(verifier, "host-2").admitted().enrolled();
    thief.requestKeyPair = host.requestKeyPair;
    thief.launch();
    assertThat(thief.refused(thief.freshEvidence(Purpose.ATTEST))).isEqualTo("CONFLICT");
    assertThat(thief.refused(thief.freshEvidence(Purpose.RELEASE))).isEqualTo("CONFLICT");
    host.attest();
  }

  @Test
  void attack61ReleaseDoesNotClaimAKey() throws Exception {
    host.register(TestHost.AGENT, "\"host-1\",\"host-2\"");
    TestHost thief = new TestHost(verifier, "host-2").admitted().enrolled();
    thief.requestKeyPair = host.requestKeyPair;
    thief.launch();
    assertThat(thief.submit(thief.freshEvidence(Purpose.RELEASE)).statusCode()).isEqualTo(200);
    host.attest();
  }

  @Test
  void attack64RevokedBetweenChallengeAndIssue() throws Exception {
    List<String> scopes =
        List.of(
            "{\"scope\":\"agent\",\"value\":\"" + TestHost.AGENT + "\"",
            "{\"scope\":\"launch\",\"value\":\"" + host.launch + "\"",
            "{\"scope\":\"key\",\"value\":\"" + host.requestKey().thumbprint() + "\"",
            "{\"scope\":\"host\",\"value\":\"host-1\"",
            "{\"scope\":\"tpm\",\"value\":\"" + host.tpmHash() + "\"",
            "{\"scope\":\"measurement\",\"value\":\"" + TestHost.JAR + "\"",
            "{\"scope\":\"measurement\",\"value\":\"" + host.statementDigest() + "\"");
    for (String scope : scopes) {
      AttestationRequest attest = host.freshEvidence(Purpose.ATTEST);
      AttestationRequest release = host.freshEvidence(Purpose.RELEASE);
      verifier.operator("POST", "/v1/revocations", scope + ",\"reason\":\"test\"}");
      assertThat(host.refused(attest)).as(scope).isEqualTo("REVOKED");
      assertThat(host.refused(release)).as(scope).isEqualTo("REVOKED");
      verifier.operator("POST", "/v1/reinstatements", scope + ",\"reason\":\"test\"}");
      host.attest();
    }
  }

  @Test
  void statementThatExpiredSinceItWasVerifiedIsRefused() throws Exception {
    host.attest();
    verifier.ahead.set(Duration.ofHours(25));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_EXPIRED");
  }

  @Test
  void signerWhoIsTakenOutOfTheRegistrationIsNotRemembered() throws Exception {
    host.attest();
    host.register(TestHost.AGENT, "\"host-1\"", SigningKey.generate(TestHost.RANDOM));
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_UNTRUSTED");
  }

  @Test
  void tamperedJarIsAMismatch() throws Exception {
    host.launch(3, TestHost.JAR, Digest.hash(new byte[] {6}));
    assertThat(host.refused(host.freshEvidence(Purpose.RELEASE))).isEqualTo("MEASUREMENT_MISMATCH");
  }

  @Test
  void attack23ClockThatWentBackIsRefused() throws Exception {
    host.attest();
    host.tpm.turnClockBack(1000);
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("CLOCK_ROLLED_BACK");
  }

  @Test
  void concurrentEvidenceOfOneHostIsNoRollback() throws Exception {
    AttestationRequest first = host.freshEvidence(Purpose.ATTEST);
    AttestationRequest second = host.freshEvidence(Purpose.ATTEST);
    assertThat(host.submit(second).statusCode()).isEqualTo(200);
    assertThat(host.submit(first).statusCode()).isEqualTo(200);
  }

  @Test
  void attack50ForgedEvidenceLearnsNothingOfRegistrations() throws Exception {
    AttestationRequest forged = forged(host.freshEvidence(Purpose.ATTEST), host.statement);
    assertThat(host.refused(forged)).as("registered").isEqualTo("BAD_QUOTE");
    host.agent = new dev.signet.protocol.AgentId("spiffe://example.org/agent/unknown");
    AttestationRequest unknown = forged(host.freshEvidence(Purpose.ATTEST), host.statement);
    assertThat(host.refused(unknown)).as("not registered").isEqualTo("BAD_QUOTE");
    host.agent = TestHost.AGENT;
    AttestationRequest costly = forged(host.freshEvidence(Purpose.ATTEST), Bytes.utf8("{}"));
    assertThat(host.refused(costly)).as("statement unread").isEqualTo("BAD_QUOTE");
  }

  /** What somebody can send who knows the AK's Name and nothing else. */
  private static AttestationRequest forged(AttestationRequest good, Bytes statement) {
    SoftwareTpm other = new SoftwareTpm();
    return new AttestationRequest(
        good.purpose(),
        good.nonce(),
        good.akName(),
        good.agent(),
        good.launch(),
        other.quote(new byte[] {1}, new java.util.TreeMap<>(java.util.Map.of(4, TestHost.JAR))),
        good.log(),
        statement,
        good.requestKey(),
        good.keyProtection(),
        null,
        good.proofOfPossession());
  }

  @Test
  void attack45OthersChallengesDoNotShutAHostOut() throws Exception {
    for (int i = 0; i < 80; i++) {
      verifier.call(
          "POST",
          "/v1/challenges",
          null,
          new dev.signet.protocol.ChallengeRequest(
              host.tpm.akName(), TestHost.AGENT, Purpose.ATTEST));
    }
    assertThat(host.attest().token()).isNotEmpty();
  }

  @Test
  void attack45ChallengesForOneKeyAreRated() throws Exception {
    verifier.stop();
    verifier.rates = "  perHost: {perSecond: 1, burst: 5}";
    verifier.start();
    Object request =
        new dev.signet.protocol.ChallengeRequest(host.tpm.akName(), TestHost.AGENT, Purpose.ATTEST);
    for (int i = 0; i < 5; i++) {
      assertThat(verifier.call("POST", "/v1/challenges", null, request).statusCode())
          .isEqualTo(201);
    }
    assertThat(verifier.reason("POST", "/v1/challenges", null, request)).isEqualTo("RATE_LIMITED");
  }
}
