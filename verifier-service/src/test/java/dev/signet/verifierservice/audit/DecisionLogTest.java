// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionLogTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant CUTOFF = NOW.minus(Duration.ofDays(30));
  private static final Instant OLD = CUTOFF.minusMillis(1);

  @TempDir Path directory;
  private final DecisionLog log = new DecisionLog(new SecureRandom());
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private void record(int count, Instant time) throws StorageException {
    database.write(
        tx -> {
          for (int i = 0; i < count; i++) {
            log.record(tx, Decision.act("admit", Actor.operator("root"), null, null, null), time);
          }
          return null;
        });
  }

  private int remove() throws StorageException {
    return database.write(tx -> log.removeBefore(tx, CUTOFF, NOW));
  }

  private List<DecisionLog.Entry> entries() throws StorageException {
    return database.read(tx -> DecisionLog.after(tx, 0));
  }

  @Test
  void removesWhatIsOldAndSaysSo() throws Exception {
    record(5, OLD);
    record(1, CUTOFF);
    record(1, OLD);
    record(1, NOW);
    assertThat(remove()).isEqualTo(5);
    assertThat(entries()).extracting(DecisionLog.Entry::id).containsExactly(6L, 7L, 8L, 9L);
    DecisionLog.Entry last = entries().getLast();
    assertThat(last.act()).isEqualTo("audit-removed");
    assertThat(last.actor()).isEqualTo("verifier");
    assertThat(last.detail())
        .isEqualTo(
            "removed ids 1 to 5, 5 decisions from before 2026-10-22T12:00:00Z; nothing before id 6"
                + " is kept");
    assertThat(remove()).as("no entry about nothing").isZero();
    assertThat(entries()).hasSize(4);
  }

  @Test
  void removesABoundedNumberAtOnce() throws Exception {
    record(DecisionLog.REMOVED_AT_ONCE + 3, OLD);
    assertThat(remove()).isEqualTo(DecisionLog.REMOVED_AT_ONCE);
    assertThat(remove()).isEqualTo(3);
    assertThat(entries()).hasSize(2);
    assertThat(entries().getLast().detail())
        .startsWith("removed ids 5001 to 5003, 3 decisions")
        .endsWith("nothing before id 5004 is kept");
    record(1, NOW);
    assertThat(entries().getLast().id()).as("no id twice").isEqualTo(5006);
  }

  @Test
  void aDecisionHasOneFormInTheTree() {
    Instant time = Instant.parse("2026-11-21T12:00:00.999Z");
    DecisionLog.Entry full =
        new DecisionLog.Entry(
            7,
            "AAECAwQFBgcICQoL",
            time,
            "attest",
            "host:laptop",
            new AgentId("spiffe://example.org/agent/billing"),
            new HostId("laptop"),
            new LaunchId("AAAAAAAAAAAAAAAAAAAAAA"),
            "REFERENCE_MISMATCH",
            "\"é\"\n",
            OLD,
            NOW);
    // Never to be changed: the tree of every log in use is over these bytes.
    assertThat(new String(full.encoded(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"id\":7,\"decision\":\"AAECAwQFBgcICQoL\",\"time\":\"2026-11-21T12:00:00Z\","
                + "\"act\":\"attest\",\"actor\":\"host:laptop\","
                + "\"agent\":\"spiffe://example.org/agent/billing\",\"host\":\"laptop\","
                + "\"launch\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"outcome\":\"REFERENCE_MISMATCH\","
                + "\"detail\":\"\\\"é\\\"\\n\",\"lastSeen\":\"2026-10-22T11:59:59Z\","
                + "\"lastGood\":\"2026-11-21T12:00:00Z\"}");
    DecisionLog.Entry least =
        new DecisionLog.Entry(
            1, "x", time, "revoke", "-", null, null, null, "OK", null, null, null);
    assertThat(new String(least.encoded(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"id\":1,\"decision\":\"x\",\"time\":\"2026-11-21T12:00:00Z\","
                + "\"act\":\"revoke\",\"actor\":\"-\",\"outcome\":\"OK\"}");
  }

  @Test
  void theTreeIsOverWhatIsReadBack() throws Exception {
    Heard heard = new Heard(OLD, NOW);
    Decision odd =
        new Decision(
            "attest", Actor.VERIFIER, null, new HostId("h"), null, "OK", "\uD800 alone", heard);
    database.write(tx -> log.record(tx, odd, NOW.plusNanos(1)));
    Digest root = database.read(tx -> DecisionTree.root(tx, 1)).orElseThrow();
    assertThat(root).isEqualTo(MerkleTree.leaf(entries().getFirst().encoded()));
  }

  @Test
  void attack54NoDecisionIsWrittenAfterOthersWereTakenOut() throws Exception {
    record(3, NOW);
    database.write(
        tx ->
            tx.update("DELETE FROM decisions WHERE id = 3")
                + tx.update("UPDATE sqlite_sequence SET seq = 2 WHERE name = 'decisions'"));
    assertThatThrownBy(() -> record(1, NOW))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("changed from outside");
    assertThat(entries()).as("nothing of it remains").hasSize(2);
  }
}
