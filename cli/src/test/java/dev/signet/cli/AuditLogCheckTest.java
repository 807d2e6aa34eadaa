// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.cli.AuditLogCheck.Flaw;
import dev.signet.cli.AuditLogCheck.Result.Broken;
import dev.signet.cli.AuditLogCheck.Result.Whole;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.tlog.Checkpoint;
import dev.signet.protocol.tlog.CompactRange;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.protocol.tlog.TilePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a log can differ from what it was; the log here is not the verifier's code. */
class AuditLogCheckTest {
  /**
   * A log that may say one thing in its entries, another in its hashes, and sign a third. Its tiles
   * are computed as C2SP tlog-tiles defines them, from all the leaves below each hash.
   */
  private static class Log implements AuditLogCheck.Source {
    private static final KeyPair PAIR = p256();

    final List<byte[]> entries = new ArrayList<>();
    final List<Digest> leaves = new ArrayList<>();
    final List<TilePath> asked = new ArrayList<>();
    String origin = "verifier.test/v1/audit";
    KeyPair signer = PAIR;
    Checkpoint signed;

    Log(int size) {
      grow(size);
    }

    void grow(int count) {
      for (int i = 0; i < count; i++) {
        add("{\"id\":%d,\"act\":\"attest\"}".formatted(entries.size() + 1));
      }
    }

    void add(String entry) {
      byte[] bytes = entry.getBytes(StandardCharsets.UTF_8);
      entries.add(bytes);
      leaves.add(MerkleTree.leaf(bytes));
    }

    void remove(int end) {
      for (int i = 0; i < end; i++) {
        entries.set(i, new byte[0]);
      }
    }

    void cutOff(int size) {
      entries.subList(size, entries.size()).clear();
      leaves.subList(size, leaves.size()).clear();
    }

    private Digest root(int from, int end) {
      CompactRange range = new CompactRange();
      leaves.subList(from, end).forEach(range::append);
      return range.root();
    }

    @Override
    public byte[] checkpoint() {
      Checkpoint now =
          signed != null ? signed : new Checkpoint(origin, leaves.size(), root(0, leaves.size()));
      return now.signed(key(signer), message -> sign(signer, message));
    }

    SignedCheckpoint kept() throws MalformedMessageException {
      return SignedCheckpoint.parse(checkpoint());
    }

    @Override
    public byte[] tile(TilePath path) {
      asked.add(path);
      int from = (int) path.first();
      if (path.level() == TilePath.ENTRIES) {
        return EntryBundle.encode(entries.subList(from, from + path.width()));
      }
      int below = (int) Math.pow(TilePath.WIDTH, path.level());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = from; i < from + path.width(); i++) {
        out.writeBytes(root(i * below, (i + 1) * below).toArray());
      }
      return out.toByteArray();
    }
  }

  private static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static PublicJwk key(KeyPair pair) {
    return PublicJwk.of((ECPublicKey) pair.getPublic());
  }

  private static byte[] sign(KeyPair pair, byte[] message) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initSign(pair.getPrivate());
      ecdsa.update(message);
      return ecdsa.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static AuditLogCheck.Result check(Log log, SignedCheckpoint kept, boolean onlyNew)
      throws Exception {
    return AuditLogCheck.check(log, List.of(key(Log.PAIR)), Optional.ofNullable(kept), onlyNew);
  }

  private static void whole(Log log, SignedCheckpoint kept, boolean onlyNew, int checked)
      throws Exception {
    assertThat(check(log, kept, onlyNew))
        .isInstanceOfSatisfying(
            Whole.class, result -> assertThat(result.checked()).isEqualTo(checked));
  }

  private static void broken(
      Log log, SignedCheckpoint kept, boolean onlyNew, Flaw flaw, String detail) throws Exception {
    assertThat(check(log, kept, onlyNew))
        .isInstanceOfSatisfying(
            Broken.class,
            result -> {
              assertThat(result.flaw()).as(result.detail()).isEqualTo(flaw);
              assertThat(result.detail()).contains(detail);
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 255, 256, 257, 512, 700, 1025})
  void aLogThatGrewIsWhole(int size) throws Exception {
    Log log = new Log(size);
    whole(log, null, false, size);
    SignedCheckpoint kept = log.kept();
    whole(log, kept, false, size);
    whole(log, kept, true, 0);
    log.grow(300);
    whole(log, kept, false, size + 300);
    log.asked.clear();
    whole(log, kept, true, 300);
    assertThat(log.asked)
        .filteredOn(path -> path.level() == TilePath.ENTRIES)
        .as("only bundles with new decisions")
        .allSatisfy(path -> assertThat(path.first() + path.width()).isGreaterThan(size));
  }

  @Test
  void oldDecisionsAreReadByFewHashes() throws Exception {
    Log log = new Log(70_000);
    SignedCheckpoint kept = log.kept();
    log.grow(1);
    log.asked.clear();
    whole(log, kept, true, 1);
    assertThat(log.asked).hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void attack54TailCutOff() throws Exception {
    Log log = new Log(300);
    SignedCheckpoint kept = log.kept();
    log.cutOff(290);
    whole(log, null, false, 290);
    for (boolean onlyNew : new boolean[] {false, true}) {
      broken(log, kept, onlyNew, Flaw.AUDIT_LOG_CUT_OFF, "had 300 decisions");
    }
    log.grow(9);
    broken(log, kept, false, Flaw.AUDIT_LOG_CUT_OFF, "and has 299: the last 1 are gone");
  }

  @Test
  void attack54TailCutOffAndFilledUpWithOthers() throws Exception {
    Log log = new Log(300);
    SignedCheckpoint kept = log.kept();
    log.cutOff(290);
    for (int i = 0; i < 20; i++) {
      log.add("{\"id\":%d,\"act\":\"harmless\"}".formatted(291 + i));
      if (i >= 9) { // as long as it was, and longer
        for (boolean onlyNew : new boolean[] {false, true}) {
          broken(log, kept, onlyNew, Flaw.AUDIT_LOG_REWRITTEN, "");
        }
      }
    }
    whole(log, null, false, 310);
  }

  @Test
  void attack54DecisionChanged() throws Exception {
    Log log = new Log(300);
    log.entries.set(270, "{\"id\":271,\"act\":\"other\"}".getBytes(StandardCharsets.UTF_8));
    broken(
        log,
        null,
        false,
        Flaw.AUDIT_LOG_ENTRY_CHANGED,
        "decision 271 of the log (it says: {\"id\":271,\"act\":\"other\"})");
  }

  @Test
  void attack54DecisionChangedAndItsHash() throws Exception {
    Log log = new Log(300);
    Checkpoint honest = log.kept().checkpoint();
    byte[] other = "{\"id\":271,\"act\":\"other\"}".getBytes(StandardCharsets.UTF_8);
    log.entries.set(270, other);
    log.leaves.set(270, MerkleTree.leaf(other));
    log.signed = honest;
    broken(log, null, false, Flaw.AUDIT_LOG_REWRITTEN, "its 300 decisions are not those");
  }

  @Test
  void attack54DecisionTakenOut() throws Exception {
    Log log = new Log(300);
    log.entries.set(270, new byte[0]);
    broken(log, null, false, Flaw.AUDIT_LOG_ENTRY_MISSING, "decision 271 of the log is gone");
  }

  @Test
  void attack54BeginningTakenOutWithoutAWord() throws Exception {
    Log log = new Log(300);
    log.remove(270);
    broken(log, null, false, Flaw.AUDIT_LOG_ENTRY_MISSING, "before id 271 are gone");
    log.add(
        "{\"id\":301,\"act\":\"audit-removed\",\"detail\":\"…; nothing before id 270 is kept\"}");
    broken(log, null, false, Flaw.AUDIT_LOG_ENTRY_MISSING, "before id 271 are gone");
    log.add("{\"id\":302,\"act\":\"revoke\",\"detail\":\"…; nothing before id 271 is kept\"}");
    broken(log, null, false, Flaw.AUDIT_LOG_ENTRY_MISSING, "before id 271 are gone");
    log.remove(302);
    broken(log, null, false, Flaw.AUDIT_LOG_ENTRY_MISSING, "none of its decisions is there");
  }

  @Test
  void oldDecisionsMayBeRemovedIfTheLogSaysSo() throws Exception {
    Log log = new Log(300);
    SignedCheckpoint kept = log.kept();
    log.remove(270);
    log.add(
        "{\"id\":301,\"act\":\"audit-removed\",\"detail\":\"…; nothing before id 271 is kept\"}");
    assertThat(check(log, kept, false))
        .isInstanceOfSatisfying(
            Whole.class,
            result -> {
              assertThat(result.removed()).isEqualTo(270);
              assertThat(result.checked()).isEqualTo(31);
            });
    whole(log, kept, true, 1);
  }

  @Test
  void attack54CheckpointOfAnotherKeyOrLog() throws Exception {
    Log log = new Log(3);
    SignedCheckpoint kept = log.kept();
    log.signer = p256();
    broken(log, null, false, Flaw.CHECKPOINT_NOT_SIGNED, "the checkpoint that came");
    SignedCheckpoint forged = log.kept();
    log.signer = Log.PAIR;
    broken(log, forged, false, Flaw.CHECKPOINT_NOT_SIGNED, "the kept checkpoint");
    log.origin = "other.test/v1/audit";
    broken(log, kept, false, Flaw.CHECKPOINT_OF_ANOTHER_LOG, "expected the log verifier.test");
  }

  @Test
  void aReplacedKeyAndTheOneBeforeIt() throws Exception {
    Log log = new Log(3);
    SignedCheckpoint kept = log.kept();
    log.signer = p256();
    log.grow(1);
    List<PublicJwk> both = List.of(key(Log.PAIR), key(log.signer));
    assertThat(AuditLogCheck.check(log, both, Optional.of(kept), false)).isInstanceOf(Whole.class);
  }

  @Test
  void tilesOfAnotherSizeAreNoLog() throws Exception {
    Log log =
        new Log(3) {
          @Override
          public byte[] tile(TilePath path) {
            byte[] tile = super.tile(path);
            return path.level() == TilePath.ENTRIES ? tile : java.util.Arrays.copyOf(tile, 95);
          }
        };
    assertThatThrownBy(() -> check(log, null, false))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("expected 3 hashes in the tile 0/000.p/3, got 95 bytes");
  }
}
