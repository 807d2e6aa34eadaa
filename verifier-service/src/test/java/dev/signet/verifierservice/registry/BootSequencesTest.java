// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A launch that goes to and fro is told from one that moves, and from the next launch. */
class BootSequencesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration WITHIN = Duration.ofMinutes(5);
  private static final HostId HOST = new HostId("host-1");
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  private static final LaunchId FIRST = new LaunchId("A".repeat(22));
  private static final LaunchId SECOND = new LaunchId("B".repeat(21) + "A");

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

  private Optional<String> place(LaunchId launch, String address, Duration later)
      throws StorageException {
    return database.write(
        tx -> BootSequences.place(tx, AGENT, HOST, launch, address, WITHIN, NOW.plus(later)));
  }

  @Test
  void addressesByTurnsAreTold() throws Exception {
    assertThat(place(FIRST, "10.0.0.1", Duration.ZERO)).isEmpty();
    assertThat(place(FIRST, "10.0.0.2", Duration.ZERO)).as("a host may move").isEmpty();
    assertThat(place(FIRST, "10.0.0.1", WITHIN.minusMillis(1))).contains("10.0.0.1 and 10.0.0.2");
  }

  @Test
  void addressThatWasLeftLongAgoMayBeTakenAgain() throws Exception {
    place(FIRST, "10.0.0.1", Duration.ZERO);
    place(FIRST, "10.0.0.2", Duration.ofDays(1));
    assertThat(place(FIRST, "10.0.0.1", Duration.ofDays(1).plus(WITHIN))).isEmpty();
  }

  @Test
  void addressOfAnotherLaunchDoesNotCount() throws Exception {
    place(FIRST, "10.0.0.1", Duration.ZERO);
    place(SECOND, "10.0.0.2", Duration.ZERO);
    assertThat(place(SECOND, "10.0.0.1", Duration.ZERO)).as("this launch moved once").isEmpty();
  }

  @Test
  void launchThatBeginsWhereTheLastOneWasIsFollowedToo() throws Exception {
    place(FIRST, "10.0.0.1", Duration.ZERO);
    place(SECOND, "10.0.0.1", Duration.ZERO);
    place(SECOND, "10.0.0.2", Duration.ZERO);
    assertThat(place(SECOND, "10.0.0.1", Duration.ZERO)).isPresent();
  }
}
