// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import dev.signet.protocol.tlog.CompactRange;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.audit.DecisionTree;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.storage.Database;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as tiles (C2SP tlog-tiles). */
class AuditRoutesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private final DecisionLog log = new DecisionLog(new SecureRandom());
  private Database database;
  private Route tiles;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
    tiles =
        new AuditRoutes(database, null, InstantSource.fixed(NOW))
            .routes().stream()
                .filter(route -> route.template().endsWith("/tile/**"))
                .findFirst()
                .orElseThrow();
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private void record(int count, Instant time) throws Exception {
    database.write(
        tx -> {
          for (int i = 0; i < count; i++) {
            log.record(tx, Decision.act("admit", Actor.operator("root"), null, null, "né"), time);
          }
          return null;
        });
  }

  private Answer answer(String path) throws Exception {
    Call call = new Call("GET", Map.of("**", path), null, List.of(), new byte[0], null, "");
    return tiles.handler().answer(call);
  }

  private byte[] tile(String path) throws Exception {
    Answer answer = answer(path);
    assertThat(answer).as(path).isInstanceOf(Answer.Document.class);
    return ((Answer.Document) answer).body();
  }

  private List<Digest> hashes(String path) throws Exception {
    byte[] tile = tile(path);
    List<Digest> out = new ArrayList<>();
    for (int at = 0; at < tile.length; at += 32) {
      out.add(Digest.ofDigest(Arrays.copyOfRange(tile, at, at + 32)));
    }
    return out;
  }

  private Digest root(long size) throws Exception {
    return database.read(tx -> DecisionTree.root(tx, size)).orElseThrow();
  }

  private void hasNo(String path) throws Exception {
    assertThat(answer(path).reason()).as(path).isEqualTo("NOT_FOUND");
  }

  @Test
  void tilesAreTheTreeOverTheEntries() throws Exception {
    record(2 * 256 + 3, NOW);
    List<byte[]> entries = new ArrayList<>();
    entries.addAll(EntryBundle.parse(tile("entries/000"), 256));
    entries.addAll(EntryBundle.parse(tile("entries/001"), 256));
    entries.addAll(EntryBundle.parse(tile("entries/002.p/3"), 3));
    CompactRange range = new CompactRange();
    List<Digest> leaves = entries.stream().map(MerkleTree::leaf).toList();
    leaves.forEach(range::append);
    assertThat(root(515)).isEqualTo(range.root());
    assertThat(hashes("0/000")).isEqualTo(leaves.subList(0, 256));
    assertThat(hashes("0/001")).isEqualTo(leaves.subList(256, 512));
    assertThat(hashes("0/002.p/3")).isEqualTo(leaves.subList(512, 515));
    assertThat(hashes("0/002.p/2")).as("of an older checkpoint").hasSize(2);
    CompactRange first = new CompactRange();
    leaves.subList(0, 256).forEach(first::append);
    assertThat(hashes("1/000.p/2").getFirst()).isEqualTo(first.root());
    assertThat(new String(entries.getFirst(), java.nio.charset.StandardCharsets.UTF_8))
        .startsWith("{\"id\":1,\"decision\":\"")
        .contains("né");
  }

  @Test
  void aTileAboveATileOfTiles() throws Exception {
    record(256 * 256 + 1, NOW);
    CompactRange range = new CompactRange();
    for (int tile = 0; tile < 256; tile++) {
      hashes("0/" + "%03d".formatted(tile)).forEach(range::append);
    }
    assertThat(hashes("2/000.p/1")).containsExactly(range.root());
    range.append(hashes("0/256.p/1").getFirst());
    assertThat(root(256 * 256 + 1)).isEqualTo(range.root());
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    hasNo("entries/000.p/1");
    record(300, NOW);
    for (String path :
        List.of(
            "0/001",
            "0/001.p/45",
            "0/002.p/1",
            "1/000",
            "1/000.p/2",
            "2/000.p/1",
            "entries/001",
            "entries/001.p/45",
            "entries/999/999",
            "",
            "../keys")) {
      hasNo(path);
    }
    assertThat(tile("0/001.p/44")).hasSize(44 * 32);
  }

  @Test
  void removedDecisionsAreEmptyEntriesAndStayInTheTree() throws Exception {
    record(5, OLD);
    record(2, NOW);
    Digest before = root(7);
    List<Digest> leaves = hashes("0/000.p/7");
    database.write(tx -> log.removeBefore(tx, NOW, NOW));
    assertThat(database.read(DecisionTree::size)).isEqualTo(8);
    assertThat(root(7)).isEqualTo(before);
    List<byte[]> entries = EntryBundle.parse(tile("entries/000.p/8"), 8);
    assertThat(entries.subList(0, 5)).allSatisfy(entry -> assertThat(entry).isEmpty());
    assertThat(MerkleTree.leaf(entries.get(5))).isEqualTo(leaves.get(5));
    assertThat(hashes("0/000.p/7")).isEqualTo(leaves);
  }
}
