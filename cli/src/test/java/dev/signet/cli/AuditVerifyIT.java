// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.verifierservice.ServiceDirectory;
import dev.signet.verifierservice.VerifierServer;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.storage.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code signet audit verify} against a verifier whose database somebody else writes too. */
class AuditVerifyIT {
  @TempDir Path directory;
  private final CommandRun run = new CommandRun();
  private VerifierServer verifier;
  private Path data;
  private Path kept;

  @BeforeEach
  void start() throws Exception {
    ServiceDirectory.Created made =
        ServiceDirectory.create(
            directory.resolve("v"), "https://verifier.test", "127.0.0.1", 0, new SecureRandom());
    verifier =
        VerifierServer.start(ServiceConfig.load(made.config()), VerifierServer.Options.standard());
    data = directory.resolve("v").resolve("data");
    kept = directory.resolve("checkpoint");
    run.environment.put("SIGNET_VERIFIER", "https://127.0.0.1:" + verifier.port());
    run.environment.put("SIGNET_VERIFIER_PIN", verifier.pin().toString());
    run.environment.put("SIGNET_TOKEN_FILE", made.operatorCredential().toString());
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private void revoke(int count) {
    for (int i = 0; i < count; i++) {
      run.good("revoke", "host", "host-" + System.nanoTime(), "--reason", "stolen");
    }
  }

  private CommandRun.Ended verify(Object... more) {
    Object[] words = new Object[6 + more.length];
    System.arraycopy(
        new Object[] {
          "audit", "verify", "--audit-key", data.resolve("audit-key.jwk.json"), "--keep", kept
        },
        0,
        words,
        0,
        6);
    System.arraycopy(more, 0, words, 6, more.length);
    return run.signet(words);
  }

  private void meddle(String... statements) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("verifier.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private long keptSize() throws Exception {
    return SignedCheckpoint.parse(Files.readAllBytes(kept)).checkpoint().size();
  }

  @Test
  void comparesTheLogWithWhatWasKept() throws Exception {
    revoke(3);
    CommandRun.Ended first = verify("--begin");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("log        verifier.test/v1/audit")
        .contains("3, of which 3 were read and compared, and 0 removed by their age")
        .contains("from now on " + kept + " remembers this checkpoint");
    assertThat(keptSize()).isEqualTo(3);
    revoke(2);
    CommandRun.Ended second = verify("--only-new");
    assertThat(second.out())
        .contains("5, of which 2 were read and compared")
        .contains("begins with the 3 decisions of the kept checkpoint");
    JsonNode json = verify("--json").json();
    assertThat(json.get("outcome").asText()).isEqualTo("good");
    assertThat(json.get("decisions").asInt()).isEqualTo(5);
    assertThat(json.get("checked").asInt()).isEqualTo(5);
    assertThat(json.get("keptDecisions").asInt()).isEqualTo(5);
    assertThat(json.get("root").asText()).matches("[0-9a-f]{64}");
  }

  @Test
  void readsMoreThanOneTile() throws Exception {
    revoke(2);
    verify("--begin");
    // Refusals are decisions as well.
    for (int i = 0; i < 300; i++) {
      run.signet("reinstate", "host", "nobody", "--reason", "x");
    }
    assertThat(verify("--only-new").out()).contains("302, of which 300 were read and compared");
    assertThat(verify().out()).contains("302, of which 302 were read and compared");
  }

  @Test
  void whatTheVerifierRemovedByItsAgeIsNoFinding() throws Exception {
    revoke(4);
    verify("--begin");
    verifier.close();
    Instant later = Instant.now().plusSeconds(60);
    try (Database database = Database.open(data.resolve("verifier.db"))) {
      DecisionLog log = new DecisionLog(new SecureRandom());
      assertThat((int) database.write(tx -> log.removeBefore(tx, later, later))).isEqualTo(4);
    }
    startAgain(false);
    assertThat(verify().out()).contains("5, of which 1 were read and compared, and 4 removed");
    meddle("UPDATE decisions SET detail = 'x' WHERE id = 5");
    assertThat(verify().err()).contains("AUDIT_LOG_ENTRY_CHANGED");
  }

  private void startAgain(boolean newEpoch) throws Exception {
    verifier =
        VerifierServer.start(
            ServiceConfig.load(directory.resolve("v").resolve("signet-verifier.yaml")),
            new VerifierServer.Options(newEpoch, InstantSource.system(), new SecureRandom()));
    run.environment.put("SIGNET_VERIFIER", "https://127.0.0.1:" + verifier.port());
  }

  @Test
  void attack54EntryChangedUnderARunningVerifier() throws Exception {
    revoke(3);
    verify("--begin");
    meddle("UPDATE decisions SET detail = 'nothing of interest' WHERE id = 2");
    CommandRun.Ended ended = verify();
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .contains(
            "not authentic: AUDIT_LOG_ENTRY_CHANGED: decision 2 of the log (it says: {\"id\":2")
        .contains("nothing of interest");
    meddle("DELETE FROM decisions WHERE id = 2");
    JsonNode finding = verify("--json").json().get("findings").get(0);
    assertThat(finding.get("reason").asText()).isEqualTo("AUDIT_LOG_ENTRY_MISSING");
  }

  @Test
  void attack54TailCutOffBesideTheVerifiersOwnMemory() throws Exception {
    revoke(3);
    verify("--begin");
    byte[] remembered = Files.readAllBytes(kept);
    verifier.close();
    // All that the verifier itself remembers goes too: its files are in the same hands.
    meddle(
        "DELETE FROM decisions WHERE id > 1",
        "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'decisions'",
        "DELETE FROM decision_tree WHERE number > 0 OR level > 0");
    Files.delete(data.resolve("audit-checkpoint"));
    Files.delete(data.resolve("high-water"));
    startAgain(true);
    CommandRun.Ended ended = verify();
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("AUDIT_LOG_CUT_OFF: it had 3 decisions").contains("and has 2");
    revoke(5);
    assertThat(verify().err()).contains("AUDIT_LOG_REWRITTEN");
    assertThat(verify("--only-new").err()).contains("AUDIT_LOG_REWRITTEN");
    assertThat(Files.readAllBytes(kept)).as("what was good stays").isEqualTo(remembered);
  }

  @Test
  void saysWhatItLacks() throws Exception {
    assertThat(run.signet("audit", "verify").err()).contains("--audit-key");
    assertThat(
            run.signet(
                    "audit",
                    "verify",
                    "--audit-key",
                    data.resolve("audit-key.jwk.json"),
                    "--only-new")
                .err())
        .contains("expected --keep FILE with them");
    Files.writeString(kept, "something else");
    assertThat(verify().err()).contains(kept + " is not what this command wrote");
    assertThat(Files.readString(kept)).isEqualTo("something else");
    assertThat(verify("--begin").err()).contains("--begin: expected no file yet at " + kept);
    Files.delete(kept);
    CommandRun.Ended lost = verify();
    assertThat(lost.code()).isEqualTo(64);
    assertThat(lost.err()).contains(kept + " is not there. Where you begin, say --begin");
    assertThat(kept).doesNotExist();
    CommandRun.Ended other =
        run.signet(
            "audit",
            "verify",
            "--audit-key",
            data.resolve("snapshot-key.jwk.json"),
            "--keep",
            kept,
            "--begin");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("CHECKPOINT_NOT_SIGNED");
    assertThat(kept).doesNotExist();
  }
}
