// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.SimulatedImaLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IMA's log: judged by a policy, in pieces, each entry once. */
class ImaLogsIT {
  private static final List<Digest> NO_PCRS = List.of();

  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;
  private SimulatedImaLog log = boot();

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory);
    verifier.pcrs = "[4, 7, 10, 15]";
    verifier.start();
    host = new TestHost(verifier, "host-1");
    host.imaPcr = log.value();
    host.ready();
    host.registered(uploaded("bash", "ls", "cat"));
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private static SimulatedImaLog boot() {
    return new SimulatedImaLog().bootAggregate(NO_PCRS).file("/usr/bin/bash", "bash");
  }

  /** A policy that allows programs of these names and contents. */
  private Digest uploaded(String... programs) throws Exception {
    List<ImaPolicy.Content> files = new ArrayList<>();
    for (String name : programs) {
      String digest = Digest.hash(name.getBytes(StandardCharsets.UTF_8)).toString();
      files.add(new ImaPolicy.Content("/usr/bin/" + name, List.of(digest)));
    }
    return upload(new ImaPolicy(1, files, List.of(), List.of(), List.of(), List.of()));
  }

  private Digest upload(ImaPolicy policy) throws Exception {
    String json = new String(StrictJson.encode(policy), StandardCharsets.UTF_8);
    return Digest.parse(verifier.operator("POST", "/v1/ima-policies", json).get("policy").asText());
  }

  private long from(LogRequest logs) {
    return logs.ima().from(host.tpm.resetCount(), host.tpm.restartCount());
  }

  private AttestationRequest evidence(Challenge challenge, HostLogs.Ima piece) {
    HostLogs logs = HostLogs.NONE.with(piece);
    return host.evidence(challenge.purpose(), challenge.nonce(), TestVerifier.ISSUER, logs);
  }

  /** As a launcher does it: quote, and then what the log has beyond what was read of it. */
  private AttestationRequest evidence(Purpose purpose) throws Exception {
    Challenge challenge = host.challenge(purpose);
    host.imaPcr = log.value();
    long from = from(challenge.logs());
    return evidence(challenge, new HostLogs.Ima(from, rest(from), false));
  }

  private Bytes rest(long from) {
    byte[] all = log.binary();
    return Bytes.of(Arrays.copyOfRange(all, (int) Math.min(from, all.length), all.length));
  }

  private AttestationResult attest() throws Exception {
    return TestVerifier.decode(accepted(evidence(Purpose.ATTEST)), AttestationResult.class);
  }

  private byte[] accepted(AttestationRequest evidence) throws Exception {
    var response = host.submit(evidence);
    assertThat(response.statusCode()).as(TestVerifier.text(response)).isEqualTo(200);
    return response.body();
  }

  private String lastDetail() throws Exception {
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    return decisions.get(decisions.size() - 1).get("detail").asText();
  }

  @Test
  void allowedLogIsAcceptedAndOnlyNewEntriesCrossTheWire() throws Exception {
    assertThat(attest().appraisal().ima()).isEqualTo(Appraisal.Ima.APPRAISED);
    int before = log.binary().length;
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isEqualTo(before);
    log.file("/usr/bin/ls", "ls").file("/usr/bin/cat", "cat");
    AttestationRequest second = evidence(Purpose.ATTEST);
    assertThat(second.logs().ima().log().size()).isEqualTo(log.binary().length - before);
    accepted(second);
    AttestationRequest third = evidence(Purpose.ATTEST);
    assertThat(third.logs().ima().log().size()).isZero();
    accepted(third);
    // A release goes on from there too.
    assertThat(evidence(Purpose.RELEASE).logs().ima().from()).isEqualTo(log.binary().length);
    log.file("/usr/bin/ls", "ls");
    accepted(evidence(Purpose.RELEASE));
    assertThat(from(host.challenge(Purpose.ATTEST).logs()))
        .as("what a release read need not be read again")
        .isEqualTo(log.binary().length);
  }

  @Test
  void unapprovedFileIsRefusedByPathAndStaysRefused() throws Exception {
    attest();
    log.file("/usr/bin/ls", "evil");
    for (int i = 0; i < 2; i++) {
      assertThat(host.refused(evidence(Purpose.ATTEST))).isEqualTo("IMA_NOT_APPROVED");
      String ls = Digest.hash("ls".getBytes(StandardCharsets.UTF_8)).toString();
      String evil = Digest.hash("evil".getBytes(StandardCharsets.UTF_8)).toString();
      assertThat(lastDetail())
          .contains("entry 2, /usr/bin/ls")
          .contains("expected one of [" + ls + "], got " + evil)
          .contains("\"digests\":[\"" + evil + "\"]");
    }
    assertThat(host.refused(evidence(Purpose.RELEASE))).isEqualTo("IMA_NOT_APPROVED");
  }

  @Test
  void attack19And20ForgedCutOffOrMissingLog() throws Exception {
    attest();
    log.file("/usr/bin/ls", "evil");
    byte[] evil = rest(from(host.challenge(Purpose.ATTEST).logs())).toArray();
    SimulatedImaLog fair = boot().file("/usr/bin/ls", "ls");
    byte[] forged =
        Arrays.copyOfRange(fair.binary(), fair.binary().length - evil.length, fair.binary().length);
    for (byte[] piece : List.of(forged, Arrays.copyOf(evil, evil.length - 1), new byte[0])) {
      Challenge challenge = host.challenge(Purpose.ATTEST);
      host.imaPcr = log.value();
      HostLogs.Ima sent = new HostLogs.Ima(from(challenge.logs()), Bytes.of(piece), false);
      assertThat(host.refused(evidence(challenge, sent))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
      host.imaPcr = boot().value();
      attestAgain();
    }
    Challenge challenge = host.challenge(Purpose.ATTEST);
    host.imaPcr = log.value();
    assertThat(host.refused(evidence(challenge, null))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
  }

  /** With the quote of before, so that the position is where it was. */
  private void attestAgain() throws Exception {
    Challenge challenge = host.challenge(Purpose.ATTEST);
    long from = from(challenge.logs());
    byte[] good = boot().binary();
    Bytes piece = Bytes.of(Arrays.copyOfRange(good, (int) from, good.length));
    accepted(evidence(challenge, new HostLogs.Ima(from, piece, false)));
  }

  @Test
  void longLogComesInPiecesThatAreJudgedAsTheyCome() throws Exception {
    log.file("/usr/bin/ls", "ls").file("/usr/bin/cat", "cat");
    int pieces = 0;
    boolean more = true;
    while (more) {
      Challenge challenge = host.challenge(Purpose.ATTEST);
      host.imaPcr = log.value();
      byte[] left = rest(from(challenge.logs())).toArray();
      more = left.length > 200;
      byte[] piece = more ? Arrays.copyOf(left, 200) : left;
      AttestationRequest sent =
          evidence(challenge, new HostLogs.Ima(from(challenge.logs()), Bytes.of(piece), more));
      if (more) {
        assertThat(host.refused(sent)).isEqualTo("IMA_LOG_CONTINUES");
      } else {
        accepted(sent);
      }
      pieces++;
    }
    assertThat(pieces).isGreaterThan(2);
  }

  @Test
  void attack24PieceThatIsNotTheLastGivesNothingAndHidesNothing() throws Exception {
    log.file("/usr/bin/ls", "evil").file("/usr/bin/cat", "cat");
    Challenge challenge = host.challenge(Purpose.ATTEST);
    host.imaPcr = log.value();
    byte[] piece = Arrays.copyOf(log.binary(), log.binary().length - 20);
    assertThat(host.refused(evidence(challenge, new HostLogs.Ima(0, Bytes.of(piece), true))))
        .isEqualTo("IMA_NOT_APPROVED");
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isZero();
    // An untrue piece is taken for the time being; the true log does not go on from it.
    SimulatedImaLog untrue = boot().file("/usr/bin/ls", "ls");
    HostLogs.Ima said = new HostLogs.Ima(0, Bytes.of(untrue.binary()), true);
    challenge = host.challenge(Purpose.ATTEST);
    assertThat(host.refused(evidence(challenge, said))).isEqualTo("IMA_LOG_CONTINUES");
    assertThat(host.refused(evidence(Purpose.ATTEST))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
    assertThat(host.refused(evidence(Purpose.ATTEST))).isEqualTo("IMA_NOT_APPROVED");
  }

  @Test
  void attack57AnotherBootBeginsAnew() throws Exception {
    attest();
    log.file("/usr/bin/ls", "ls");
    attest();
    host.tpm.reset();
    // Even where the register stands as it did: this boot's log was not read yet.
    Challenge challenge = host.challenge(Purpose.ATTEST);
    host.imaPcr = log.value();
    HostLogs.Ima read = new HostLogs.Ima(log.binary().length, Bytes.of(new byte[0]), false);
    assertThat(host.refused(evidence(challenge, read))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
    log = boot();
    challenge = host.challenge(Purpose.ATTEST);
    assertThat(challenge.logs().ima().from()).isGreaterThan(log.binary().length);
    assertThat(from(challenge.logs())).isZero();
    attest();
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isEqualTo(log.binary().length);
    // The former boot's position, with nothing after it, proves nothing in this one.
    log.file("/usr/bin/ls", "evil");
    challenge = host.challenge(Purpose.ATTEST);
    host.imaPcr = log.value();
    long old = boot().file("/usr/bin/ls", "ls").binary().length;
    HostLogs.Ima nothing = new HostLogs.Ima(old, Bytes.of(new byte[0]), false);
    assertThat(host.refused(evidence(challenge, nothing))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
  }

  @Test
  void positionOutlivesTheVerifier() throws Exception {
    attest();
    verifier.stop();
    verifier.start();
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isEqualTo(log.binary().length);
    log.file("/usr/bin/ls", "ls");
    attest();
  }

  @Test
  void positionThatTheLogContradictsIsGivenUp() throws Exception {
    attest();
    verifier.stop();
    try (Connection db = database();
        Statement statement = db.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "UPDATE ima_positions SET value = 'sha256:" + "0".repeat(64) + "'"))
          .isEqualTo(1);
    }
    verifier.start();
    assertThat(host.refused(evidence(Purpose.ATTEST))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isZero();
    attest();
  }

  @Test
  void attestationsOfOneHostOvertakeEachOther() throws Exception {
    attest();
    int length = log.binary().length;
    Challenge first = host.challenge(Purpose.ATTEST);
    Challenge second = host.challenge(Purpose.ATTEST);
    log.file("/usr/bin/ls", "ls");
    host.imaPcr = log.value();
    AttestationRequest early = evidence(first, new HostLogs.Ima(length, rest(length), false));
    log.file("/usr/bin/cat", "cat");
    host.imaPcr = log.value();
    AttestationRequest late = evidence(second, new HostLogs.Ima(length, rest(length), false));
    accepted(early);
    accepted(late);
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isEqualTo(log.binary().length);
  }

  /** Two agents begin after a boot; the one that quoted later is heard first. */
  @Test
  void firstAttestationsOfABootOvertakeEachOther() throws Exception {
    Challenge first = host.challenge(Purpose.ATTEST);
    Challenge second = host.challenge(Purpose.ATTEST);
    Challenge third = host.challenge(Purpose.ATTEST);
    host.imaPcr = log.value();
    AttestationRequest early = evidence(first, new HostLogs.Ima(0, rest(0), false));
    Bytes longer = Bytes.of(boot().file("/usr/bin/ls", "ls").binary());
    AttestationRequest grown = evidence(second, new HostLogs.Ima(0, longer, false));
    log.file("/usr/bin/ls", "ls");
    host.imaPcr = log.value();
    accepted(evidence(third, new HostLogs.Ima(0, rest(0), false)));
    accepted(early);
    // Its log was read after its quote, and leads beyond it.
    accepted(grown);
    assertThat(from(host.challenge(Purpose.ATTEST).logs()))
        .as("how far the log was read stays")
        .isEqualTo(log.binary().length);
  }

  @Test
  void anotherPolicyJudgesTheWholeLogAnew() throws Exception {
    attest();
    host.registered(uploaded("ls", "cat"));
    assertThat(from(host.challenge(Purpose.ATTEST).logs())).isZero();
    assertThat(host.refused(evidence(Purpose.ATTEST))).isEqualTo("IMA_NOT_APPROVED");
    assertThat(lastDetail()).contains("/usr/bin/bash");
  }

  @Test
  void resultSaysWhereAPolicyLeavesSomethingOut() throws Exception {
    ImaPolicy.Exclusion all = new ImaPolicy.Exclusion("/**", "trial");
    host.registered(
        upload(new ImaPolicy(1, List.of(), List.of(), List.of(all), List.of(), List.of())));
    assertThat(attest().appraisal().ima()).isEqualTo(Appraisal.Ima.APPRAISED_IN_PART);
    host.registered();
    assertThat(host.challenge(Purpose.ATTEST).logs().ima()).isNull();
    host.imaPcr = log.value();
    assertThat(host.attest().appraisal().ima()).isNull();
  }

  @Test
  void policiesAreThereBeforeRegistrationsNameThem() throws Exception {
    String path = "/v1/ima-policies";
    Digest used = uploaded("bash");
    Digest unused = uploaded("cat");
    host.registered(used);
    JsonNode listed = verifier.operator("GET", path, null).get("policies");
    assertThat(listed).hasSize(3);
    assertThat(listed)
        .filteredOn(policy -> policy.get("agents").asLong() == 1)
        .extracting(policy -> policy.get("policy").asText())
        .containsExactly(used.toString());
    verifier.operator("DELETE", path + "?policy=" + unused, null);
    assertThat(delete(used)).isEqualTo("CONFLICT");
    assertThat(delete(unused)).isEqualTo("NOT_FOUND");
    assertThat(verifier.reason("POST", path, TestVerifier.OPERATOR, bytes("{\"version\":1}")))
        .isEqualTo("MALFORMED_MESSAGE");
    assertThat(verifier.reason("POST", path, TestVerifier.SERVICE, bytes("{}")))
        .isEqualTo("UNAUTHENTICATED");
    String none =
        "{\"hosts\":[],\"identities\":[],\"signers\":["
            + new String(StrictJson.encode(TestHost.CI.publicKey()), StandardCharsets.UTF_8)
            + "],\"boot\":{\"waived\":\"test\"},\"launcher\":{\"waived\":\"test\"},\"ima\":{\"policy\":\""
            + unused
            + "\"}}";
    String registration = "/v1/registrations?agent=" + host.agent;
    assertThat(verifier.reason("PUT", registration, TestVerifier.OPERATOR, bytes(none)))
        .isEqualTo("NOT_FOUND");
    verifier.stop();
    verifier.pcrs = "[4, 7, 15]";
    verifier.start();
    assertThat(verifier.reason("PUT", registration, TestVerifier.OPERATOR, bytes(none)))
        .isEqualTo("MALFORMED_MESSAGE");
  }

  @Test
  void policyWithAKeyThatIsNoneIsNotTaken() throws Exception {
    ImaPolicy.Key none = new ImaPolicy.Key("none", Bytes.of(new byte[] {1}), List.of("/**"));
    ImaPolicy policy = new ImaPolicy(1, List.of(), List.of(none), List.of(), List.of(), List.of());
    var answer =
        verifier.call("POST", "/v1/ima-policies", TestVerifier.OPERATOR, StrictJson.encode(policy));
    assertThat(TestVerifier.problem(answer).reason()).isEqualTo("MALFORMED_MESSAGE");
    assertThat(TestVerifier.problem(answer).detail()).contains("keys: ");
  }

  @Test
  void policiesBeyondTheBoundAreRefusedAndTakeNoRoom() throws Exception {
    verifier.stop();
    try (Connection db = database();
        Statement statement = db.createStatement()) {
      // All but one of the places; the set-up took one.
      statement.executeUpdate(
          "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 254)"
              + " INSERT INTO ima_policies SELECT printf('sha256:%064x', i), x'7b7d', 0, 'test'"
              + " FROM n");
    }
    verifier.start();
    Digest last = uploaded("ls");
    byte[] more =
        bytes(
            "{\"version\":1,\"files\":[],\"keys\":[],\"exclude\":[],"
                + "\"violations\":[],\"buffers\":[]}");
    String path = "/v1/ima-policies";
    assertThat(verifier.reason("POST", path, TestVerifier.OPERATOR, more)).isEqualTo("CONFLICT");
    assertThat(uploaded("ls")).as("one that is there").isEqualTo(last);
    verifier.operator("DELETE", path + "?policy=" + last, null);
    verifier.operator("POST", path, new String(more, StandardCharsets.UTF_8));
  }

  @Test
  void registrationIsNotFulfilledWherePcr10IsQuotedNoMore() throws Exception {
    attest();
    verifier.stop();
    verifier.pcrs = "[4, 7, 15]";
    verifier.start();
    Challenge challenge = host.challenge(Purpose.ATTEST);
    host.imaPcr = null;
    long from = from(challenge.logs());
    HostLogs.Ima sent = new HostLogs.Ima(from, rest(from), false);
    assertThat(host.refused(evidence(challenge, sent))).isEqualTo("IMA_LOG_DOES_NOT_REPLAY");
  }

  private Connection database() throws Exception {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/verifier.db"));
  }

  private String delete(Digest policy) throws Exception {
    return verifier.reason(
        "DELETE", "/v1/ima-policies?policy=" + policy, TestVerifier.OPERATOR, null);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
