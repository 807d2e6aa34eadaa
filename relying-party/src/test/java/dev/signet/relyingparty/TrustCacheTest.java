// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import static dev.signet.relyingparty.Agents.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.TrustSnapshot;
import dev.signet.relyingparty.SnapshotOutcome.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustCacheTest {
  @TempDir Path directory;
  private final Agents agents = new Agents();

  @Test
  void adoptsWhatRises() throws IOException {
    TrustCache cache = cache();
    assertThat(cache.current().isStale(NOW)).isTrue();
    assertAdopted(cache.offer(snapshot(1, 1), NOW));
    assertThat(cache.current().isStale(NOW)).isFalse();
    assertAdopted(cache.offer(snapshot(1, 2), NOW));
    assertAdopted(cache.offer(snapshot(2, 0), NOW));
    assertThat(cache.current().snapshot().orElseThrow().epoch()).isEqualTo(2);
  }

  @Test
  void adoptsRenewalOfTheSameNumber() throws IOException {
    TrustCache cache = cache();
    String first = snapshot(1, 1);
    assertAdopted(cache.offer(first, NOW));
    assertThat(cache.offer(first, NOW)).isInstanceOf(SnapshotOutcome.Unchanged.class);
    Instant later = NOW.plusSeconds(60);
    assertAdopted(cache.offer(agents.signed(agents.snapshot(1, 1, later)), later));
    assertRefused(Reason.ROLLED_BACK, cache.offer(first, later));
  }

  @Test
  void attack63RolledBack() throws IOException {
    TrustCache cache = cache();
    assertAdopted(cache.offer(snapshot(2, 5), NOW));
    assertRefused(Reason.ROLLED_BACK, cache.offer(snapshot(2, 4), NOW));
    assertRefused(Reason.ROLLED_BACK, cache.offer(snapshot(1, 9), NOW));
    assertThat(cache.current().snapshot().orElseThrow().number()).isEqualTo(5);
  }

  @Test
  void attack63RolledBackAcrossARestart() throws IOException {
    String newer = snapshot(2, 5);
    assertAdopted(cache().offer(newer, NOW));
    TrustCache restarted = cache();
    assertRefused(Reason.ROLLED_BACK, restarted.offer(snapshot(2, 4), NOW));
    assertAdopted(restarted.offer(newer, NOW));
  }

  @Test
  void attack63Frozen() throws IOException {
    TrustCache cache = cache();
    assertAdopted(cache.offer(snapshot(1, 1), NOW));
    assertThat(cache.current().isStale(NOW.plusSeconds(239))).isFalse();
    assertThat(cache.current().isStale(NOW.plusSeconds(240))).isTrue();
    assertRefused(Reason.EXPIRED, cache().offer(snapshot(1, 2), NOW.plusSeconds(240)));
  }

  @Test
  void attack63FrozenWithTheClockSetBack() throws IOException {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    TrustCache cache =
        new TrustCache(
            Agents.ISSUER,
            List.of(agents.snapshotJwk()),
            Agents.PROVIDERS,
            directory.resolve("seen"),
            nanos::get);
    Instant later = NOW.plusSeconds(40);
    assertAdopted(cache.offer(snapshot(1, 1), later));
    nanos.addAndGet(199_000_000_000L);
    assertThat(cache.current().isStale(later)).isFalse();
    nanos.addAndGet(1_000_000_000L);
    assertThat(cache.current().isStale(NOW)).isTrue();
    assertThat(cache.offer(snapshot(1, 1), NOW)).isInstanceOf(SnapshotOutcome.Unchanged.class);
    assertThat(cache.current().isStale(NOW)).as("the same one again").isTrue();
    assertAdopted(cache.offer(snapshot(1, 2), NOW));
    assertThat(cache.current().isStale(NOW)).isFalse();
  }

  @Test
  void attack63ClaimsALongLife() throws IOException {
    TrustSnapshot base = agents.snapshot(1, 1, NOW);
    TrustSnapshot eternal =
        new TrustSnapshot(
            base.iss(), 1, 1, base.iat(), base.iat() + 1_000_000, base.tokenKeys(), List.of());
    TrustCache cache = cache();
    assertAdopted(cache.offer(agents.signed(eternal), NOW));
    assertThat(cache.current().isStale(NOW.plusSeconds(240))).isTrue();
  }

  @Test
  void refusesSnapshotsOfOthers() throws IOException {
    Agents stranger = new Agents();
    TrustCache cache = cache();
    assertRefused(
        Reason.UNTRUSTED, cache.offer(stranger.signed(stranger.snapshot(1, 1, NOW)), NOW));
    TrustSnapshot base = agents.snapshot(1, 1, NOW);
    TrustSnapshot otherIssuer =
        new TrustSnapshot(
            "https://other.example", 1, 1, base.iat(), base.exp(), base.tokenKeys(), List.of());
    assertRefused(Reason.UNTRUSTED, cache.offer(agents.signed(otherIssuer), NOW));
    String good = agents.signed(base);
    int at = good.indexOf('.') + 10;
    char changed = good.charAt(at) == 'A' ? 'B' : 'A';
    assertRefused(
        Reason.UNTRUSTED,
        cache.offer(good.substring(0, at) + changed + good.substring(at + 1), NOW));
    assertRefused(Reason.MALFORMED, cache.offer(agents.token(), NOW));
    assertRefused(
        Reason.FROM_THE_FUTURE,
        cache.offer(agents.signed(agents.snapshot(1, 1, NOW.plusSeconds(11))), NOW));
    assertThat(cache.current().snapshot()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a.b.c", "{}", "e30.e30.AA"})
  void attack47MalformedSnapshots(String text) throws IOException {
    assertRefused(Reason.MALFORMED, cache().offer(text, NOW));
  }

  @Test
  void readsSnapshotFromFile() throws IOException {
    Path file = directory.resolve("snapshot.jws");
    Files.writeString(file, snapshot(1, 1) + "\n");
    TrustCache cache = cache();
    assertAdopted(cache.offerFile(file, NOW));
  }

  @Test
  void refusesToStartOnDamagedMark() throws IOException {
    Files.writeString(directory.resolve("seen"), "{\"epoch\":1");
    assertThatThrownBy(this::cache).isInstanceOf(IOException.class).hasMessageContaining("damaged");
  }

  @Test
  void doesNotAdoptWhatItCannotWriteDown() throws IOException {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    TrustCache cache =
        new TrustCache(
            Agents.ISSUER, List.of(agents.snapshotJwk()), Agents.PROVIDERS, gone.resolve("seen"));
    Files.delete(gone);
    assertThatThrownBy(() -> cache.offer(snapshot(1, 1), NOW)).isInstanceOf(IOException.class);
    assertThat(cache.current().snapshot()).isEmpty();
  }

  private TrustCache cache() throws IOException {
    return new TrustCache(
        Agents.ISSUER, List.of(agents.snapshotJwk()), Agents.PROVIDERS, directory.resolve("seen"));
  }

  private String snapshot(long epoch, long number) {
    return agents.signed(agents.snapshot(epoch, number, NOW));
  }

  private static void assertAdopted(SnapshotOutcome outcome) {
    assertThat(outcome).isInstanceOf(SnapshotOutcome.Adopted.class);
  }

  private static void assertRefused(Reason reason, SnapshotOutcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            SnapshotOutcome.Refused.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }
}
