// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.tlog.Checkpoint;
import dev.signet.protocol.tlog.CompactRange;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.SignedCheckpoint;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log under the hands of somebody who may write the verifier's database. */
class AuditLogIT {
  private static final String REVOKE =
      "{\"scope\":\"host\",\"value\":\"%s\",\"reason\":\"stolen\"}";

  @TempDir Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
    decide(5);
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private void decide(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-" + System.nanoTime()));
    }
  }

  private Path data(String name) {
    return directory.resolve("data").resolve(name);
  }

  private SignedCheckpoint checkpoint() throws Exception {
    HttpResponse<byte[]> answer =
        verifier.call("GET", "/v1/audit/checkpoint", TestVerifier.OPERATOR, null);
    assertThat(answer.statusCode()).as(TestVerifier.text(answer)).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    return SignedCheckpoint.parse(answer.body());
  }

  private PublicJwk auditKey() throws Exception {
    return TestVerifier.decode(Files.readAllBytes(data("audit-key.jwk.json")), PublicJwk.class);
  }

  /** Another program writes the database, whether the verifier runs or not. */
  private void meddle(String... statements) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + data("verifier.db").toAbsolutePath());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Takes the last decisions out so that nothing else in the data directory tells. */
  private void cutOff(int left) throws Exception {
    meddle(
        "DELETE FROM decisions WHERE id > " + left,
        "UPDATE sqlite_sequence SET seq = " + left + " WHERE name = 'decisions'",
        "DELETE FROM decision_tree WHERE (number + 1) << (8 * level) > " + left);
    Path mark = data("high-water");
    Files.writeString(
        mark, Files.readString(mark).replaceFirst("decision [0-9]+", "decision " + left));
  }

  /** Changes what a decision says, and the tree with it. */
  private void rewriteTheSecond() throws Exception {
    JsonNode second = verifier.operator("GET", "/v1/audit", null).get("decisions").get(1);
    verifier.stop();
    meddle(
        "UPDATE decisions SET detail = 'something else' WHERE id = 2",
        "UPDATE decision_tree SET hash = x'%s' WHERE level = 0 AND number = 1"
            .formatted(
                MerkleTree.leaf(second.toString().getBytes(StandardCharsets.UTF_8)).toHex()));
  }

  @Test
  void checkpointIsOverTheDecisionsAndSigned() throws Exception {
    SignedCheckpoint signed = checkpoint();
    assertThat(signed.isSignedBy(auditKey())).isTrue();
    Checkpoint checkpoint = signed.checkpoint();
    assertThat(checkpoint.origin()).isEqualTo("verifier.test/v1/audit");
    assertThat(checkpoint.size()).isEqualTo(5);
    HttpResponse<byte[]> bundle =
        verifier.call("GET", "/v1/audit/tile/entries/000.p/5", TestVerifier.OPERATOR, null);
    CompactRange range = new CompactRange();
    List<byte[]> entries = EntryBundle.parse(bundle.body(), 5);
    entries.forEach(entry -> range.append(MerkleTree.leaf(entry)));
    assertThat(range.root()).isEqualTo(checkpoint.root());
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    for (int i = 0; i < 5; i++) {
      JsonNode entry = TestVerifier.decode(entries.get(i), JsonNode.class);
      for (String name : List.of("id", "decision", "time", "act", "actor", "outcome", "detail")) {
        assertThat(entry.get(name)).isEqualTo(decisions.get(i).get(name));
      }
    }
    assertThat(checkpoint()).as("nothing was decided since").isEqualTo(signed);
    assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
        .contains("signet_audit_log_changed 0.0");
    decide(1);
    assertThat(checkpoint().checkpoint().size()).isEqualTo(6);
    assertThat(verifier.operator("GET", "/v1/keys", null).get("keys"))
        .anySatisfy(
            key -> {
              assertThat(key.get("signet_purpose").asText()).isEqualTo("audit");
              assertThat(key.get("kid").asText()).isEqualTo(auditKey().thumbprint());
            });
  }

  @Test
  void aRestartKeepsTheLog() throws Exception {
    SignedCheckpoint before = checkpoint();
    verifier.stop();
    assertThat(SignedCheckpoint.parse(Files.readAllBytes(data("audit-checkpoint"))).checkpoint())
        .isEqualTo(before.checkpoint());
    verifier.start();
    assertThat(checkpoint().checkpoint()).isEqualTo(before.checkpoint());
  }

  @Test
  void attack54CutOffLogIsNotTakenAtTheNextStart() throws Exception {
    verifier.stop();
    cutOff(3);
    assertThatThrownBy(() -> verifier.start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it had 5 decisions, and has 3: the last ones were cut off")
        .hasMessageContaining("--new-epoch");
    verifier.start(true);
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    assertThat(decisions).hasSize(4);
    assertThat(decisions.get(3).get("act").asText()).isEqualTo("new-epoch");
    assertThat(decisions.get(3).get("detail").asText())
        .contains("it had 5 decisions, and has 3: the last ones were cut off");
    verifier.stop();
    verifier.start();
    assertThat(checkpoint().checkpoint().size()).isEqualTo(4);
  }

  @Test
  void attack54RewrittenLogIsNotTakenAtTheNextStart() throws Exception {
    rewriteTheSecond();
    assertThatThrownBy(() -> verifier.start())
        .hasMessageContaining(
            "its first 5 decisions are not those that a checkpoint was signed over");
  }

  @Test
  void attack54CheckpointFileTakenAwayOrForged() throws Exception {
    verifier.stop();
    Path file = data("audit-checkpoint");
    Path aside = directory.resolve("aside");
    Files.move(file, aside);
    assertThatThrownBy(() -> verifier.start())
        .hasMessageContaining("audit-checkpoint is missing, and the log is not new");
    cutOff(3);
    String note = Files.readString(aside);
    Files.writeString(file, note.replace("\n5\n", "\n3\n"));
    assertThatThrownBy(() -> verifier.start())
        .hasMessageContaining("no key of this verifier signed the checkpoint");
    Files.writeString(file, "nonsense");
    assertThatThrownBy(() -> verifier.start())
        .hasMessageContaining("audit-checkpoint: expected a checkpoint");
  }

  @Test
  void attack54DecisionsWithoutTheirHashesAreNotTaken() throws Exception {
    verifier.stop();
    meddle("DELETE FROM decisions WHERE id = 5");
    assertThatThrownBy(() -> verifier.start(true))
        .hasMessageContaining("its tree ends with decision 5, the last decision that is there is 4")
        .hasMessageContaining("put a backup back");
  }

  @Test
  void attack54RunningVerifierSignsNothingThatContradictsItself() throws Exception {
    assertThat(checkpoint().checkpoint().size()).isEqualTo(5);
    cutOff(3);
    HttpResponse<byte[]> answer =
        verifier.call("GET", "/v1/audit/checkpoint", TestVerifier.OPERATOR, null);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
        .contains("signet_audit_log_changed 1.0");
    // Filled up again with others, it is as long as it was.
    decide(3);
    assertThat(
            verifier.call("GET", "/v1/audit/checkpoint", TestVerifier.OPERATOR, null).statusCode())
        .isEqualTo(503);
    Checkpoint kept =
        SignedCheckpoint.parse(Files.readAllBytes(data("audit-checkpoint"))).checkpoint();
    assertThatThrownBy(() -> verifier.stop()).hasMessageContaining("changed from outside");
    assertThat(SignedCheckpoint.parse(Files.readAllBytes(data("audit-checkpoint"))).checkpoint())
        .as("what it kept before stays")
        .isEqualTo(kept);
  }

  @Test
  void attack54HashesTakenOutOfTheTreeAreSeen() throws Exception {
    checkpoint();
    meddle("DELETE FROM decision_tree WHERE number = 1");
    assertThat(
            verifier.call("GET", "/v1/audit/checkpoint", TestVerifier.OPERATOR, null).statusCode())
        .isEqualTo(503);
    assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
        .contains("signet_audit_log_changed 1.0");
    assertThatThrownBy(() -> verifier.stop()).hasMessageContaining("hashes of its tree are gone");
    for (boolean newEpoch : new boolean[] {false, true}) {
      assertThatThrownBy(() -> verifier.start(newEpoch))
          .hasMessageContaining("hashes of its tree are gone");
    }
  }

  @Test
  void whatABuildWithoutATreeDecidedIsTakenAsItIs() throws Exception {
    Checkpoint before = checkpoint().checkpoint();
    verifier.stop();
    Files.delete(data("audit-checkpoint"));
    meddle(
        "DROP TABLE decision_tree",
        "DELETE FROM state WHERE name = 'decision-tree-first'",
        "DROP INDEX host_keys_by_host",
        "PRAGMA user_version = 10");
    verifier.start();
    assertThat(checkpoint().checkpoint()).isEqualTo(before);
  }

  @Test
  void anUpgradeThatWasCutShortGoesOn() throws Exception {
    Checkpoint before = checkpoint().checkpoint();
    // As it was written before there was a decision, and at the beginning of an upgrade.
    byte[] empty = Files.readAllBytes(data("audit-checkpoint"));
    assertThat(SignedCheckpoint.parse(empty).checkpoint().size()).isZero();
    verifier.stop();
    Files.write(data("audit-checkpoint"), empty);
    meddle("DELETE FROM decision_tree");
    verifier.start();
    assertThat(checkpoint().checkpoint()).isEqualTo(before);
  }

  @Test
  void whatABuildWithoutATreeRemovedIsNotInIt() throws Exception {
    verifier.stop();
    Files.delete(data("audit-checkpoint"));
    meddle(
        "DELETE FROM decisions WHERE id < 3",
        "DROP TABLE decision_tree",
        "DELETE FROM state WHERE name = 'decision-tree-first'",
        "DROP INDEX host_keys_by_host",
        "PRAGMA user_version = 10");
    verifier.start();
    assertThat(checkpoint().checkpoint().size()).isEqualTo(3);
    decide(1);
    HttpResponse<byte[]> bundle =
        verifier.call("GET", "/v1/audit/tile/entries/000.p/4", TestVerifier.OPERATOR, null);
    List<byte[]> entries = EntryBundle.parse(bundle.body(), 4);
    assertThat(entries)
        .extracting(entry -> TestVerifier.decode(entry, JsonNode.class).get("id").asInt())
        .containsExactly(3, 4, 5, 6);
  }

  @Test
  void aKeyThatWasReplacedByHandStillVouchesForItsCheckpoint() throws Exception {
    PublicJwk first = auditKey();
    verifier.stop();
    Path keys = data("keys");
    Path second = keys.resolve("audit-0002.pem");
    Files.copy(keys.resolve("ear-0001.pem"), second, StandardCopyOption.COPY_ATTRIBUTES);
    verifier.start();
    assertThat(auditKey()).isNotEqualTo(first);
    decide(1);
    assertThat(checkpoint().isSignedBy(auditKey())).isTrue();
    verifier.stop();
    verifier.start();
  }
}
