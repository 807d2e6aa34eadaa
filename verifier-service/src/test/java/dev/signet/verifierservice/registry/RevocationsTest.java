// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.Revocation.Scope;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final HostId HOST = new HostId("host-1");
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  private static final String LAUNCH = "A".repeat(22);
  private static final String KEY = "B".repeat(42) + "A";
  private static final String UNSEEN_KEY = "C".repeat(42) + "A";

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private void revoke(Scope scope, String value) throws StorageException {
    database.write(tx -> Revocations.add(tx, scope, value, "lost", "root", NOW));
  }

  private List<Revocation> published(Duration later) throws StorageException {
    return database.read(tx -> Revocations.published(tx, NOW.plus(later)));
  }

  private boolean hasRoom(Instant time) throws StorageException {
    return database.read(tx -> Revocations.hasRoom(tx, time));
  }

  private List<Scope> scopes(Duration later) throws StorageException {
    return published(later).stream().map(Revocation::scope).toList();
  }

  @Test
  void launchStaysInTheSnapshotUntilNoTokenCanNameIt() throws Exception {
    revoke(Scope.LAUNCH, LAUNCH);
    assertThat(scopes(Limits.TOKEN_LIFE_MAX.multipliedBy(2))).containsExactly(Scope.LAUNCH);
    assertThat(scopes(Duration.ofHours(2))).isEmpty();
    assertThat(database.read(Revocations::recorded)).hasSize(1);
  }

  @Test
  void keyStaysAsLongAsItsHostCanPresentIt() throws Exception {
    Digest tpm = Digest.hash(new byte[] {1});
    database.write(
        tx ->
            Hosts.admit(tx, HOST, tpm, "root", NOW) && AgentKeys.claim(tx, KEY, AGENT, HOST, NOW));
    revoke(Scope.KEY, KEY);
    revoke(Scope.KEY, UNSEEN_KEY);
    Duration later = Duration.ofDays(1000);
    assertThat(published(later)).hasSize(2);
    database.write(tx -> Hosts.remove(tx, HOST));
    assertThat(published(Duration.ofHours(1))).as("a token may still be good").hasSize(2);
    assertThat(published(later)).extracting(Revocation::value).containsExactly(UNSEEN_KEY);
    database.write(tx -> Hosts.admit(tx, HOST, tpm, "root", NOW));
    assertThat(published(later)).hasSize(2);
  }

  @Test
  void everythingElseStays() throws Exception {
    revoke(Scope.AGENT, AGENT.value());
    revoke(Scope.HOST, "host-1");
    revoke(Scope.TPM, Digest.hash(new byte[] {1}).toString());
    revoke(Scope.MEASUREMENT, Digest.hash(new byte[] {2}).toString());
    assertThat(scopes(Duration.ofDays(10_000)))
        .containsExactlyInAnyOrder(Scope.AGENT, Scope.HOST, Scope.TPM, Scope.MEASUREMENT);
  }

  @Test
  void thereIsRoomForAsManyAsASnapshotHolds() throws Exception {
    database.write(
        tx -> {
          for (int i = 1; i < Revocations.MOST_PUBLISHED; i++) {
            Revocations.add(tx, Scope.HOST, "host-" + i, "lost", "root", NOW);
          }
          return null;
        });
    assertThat(hasRoom(NOW)).isTrue();
    revoke(Scope.LAUNCH, LAUNCH);
    assertThat(hasRoom(NOW)).isFalse();
    assertThat(hasRoom(NOW.plus(Duration.ofHours(2)))).isTrue();
  }

  @Test
  void fullSnapshotIsWithinItsLimit() {
    String longest = "spiffe://example.org/" + "a".repeat(255 - "spiffe://example.org/".length());
    Revocation one = new Revocation(Scope.AGENT, longest, 9_999_999_999L);
    int json = StrictJson.encode(Collections.nCopies(Revocations.MOST_PUBLISHED, one)).length;
    assertThat(json / 3 * 4).isLessThan(Limits.SNAPSHOT_BYTES - (2 << 20));
  }
}
