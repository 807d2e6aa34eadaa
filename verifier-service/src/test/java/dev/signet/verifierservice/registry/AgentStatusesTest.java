// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.registry.AgentStatus.Standing;
import dev.signet.verifierservice.registry.AgentStatus.State;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evidence does to an agent's status, and how that is reckoned from the clock. */
class AgentStatusesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final HostId HOST = new HostId("host-1");
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  private static final AgentId OTHER = new AgentId("spiffe://example.org/agent/other");
  private static final LaunchId FIRST = new LaunchId("A".repeat(22));
  private static final LaunchId SECOND = new LaunchId("B".repeat(21) + "A");

  @TempDir Path directory;
  private Database database;
  private Instant now = NOW;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private void accepted(AgentId agent, LaunchId launch) throws StorageException {
    AgentStatuses.Accepted good = GoodAttestation.of(agent, HOST, launch, now);
    database.write(
        tx -> {
          AgentStatuses.accepted(tx, good, now);
          return null;
        });
  }

  private void seen(LaunchId launch) throws StorageException {
    database.write(
        tx -> {
          AgentStatuses.seen(tx, AGENT, HOST, launch, now);
          return null;
        });
  }

  private void refused(LaunchId launch, Refusal reason) throws StorageException {
    database.write(
        tx -> {
          AgentStatuses.refused(tx, AGENT, HOST, launch, reason, true, now);
          return null;
        });
  }

  private void after(Duration time) {
    now = now.plus(time);
  }

  private AgentStatus status() throws StorageException {
    return database.read(AgentStatuses::all).getFirst();
  }

  private List<AgentId> ofHost() throws StorageException {
    return database.read(
        tx -> AgentStatuses.ofHost(tx, HOST).stream().map(AgentStatus::agent).toList());
  }

  private Standing standing() throws StorageException {
    return status().at(now);
  }

  @Test
  void liveSinceTheFirstOfThoseThatFollowedEachOther() throws Exception {
    accepted(AGENT, FIRST);
    after(GoodAttestation.LIFE);
    accepted(AGENT, FIRST);
    assertThat(standing()).isEqualTo(new Standing(State.LIVE, NOW));
    assertThat(status().lastGood()).isEqualTo(now);
  }

  @Test
  void refusalPauseOrAnotherLaunchBeginsAnew() throws Exception {
    accepted(AGENT, FIRST);
    after(Duration.ofSeconds(20));
    refused(FIRST, Refusal.NOT_REGISTERED);
    accepted(AGENT, FIRST);
    assertThat(standing()).as("after a refusal").isEqualTo(new Standing(State.LIVE, now));
    after(GoodAttestation.LIFE.plusMillis(1));
    accepted(AGENT, FIRST);
    assertThat(standing()).as("after a pause").isEqualTo(new Standing(State.LIVE, now));
    after(Duration.ofSeconds(20));
    accepted(AGENT, SECOND);
    assertThat(standing()).as("another launch").isEqualTo(new Standing(State.LIVE, now));
  }

  @Test
  void releaseIsNoAttestation() throws Exception {
    accepted(AGENT, FIRST);
    Instant good = now;
    after(Duration.ofSeconds(20));
    refused(FIRST, Refusal.MEASUREMENT_MISMATCH);
    Standing failed = new Standing(State.FAILED, now);
    after(Duration.ofSeconds(20));
    seen(SECOND);
    assertThat(standing()).isEqualTo(failed);
    assertThat(status().lastSeen()).isEqualTo(now);
    assertThat(status().launch()).isEqualTo(SECOND);
    assertThat(status().lastGood()).isEqualTo(good);
    assertThat(status().goodLaunch()).isEqualTo(FIRST);
  }

  @Test
  void endOfAnOlderLaunchSaysNothingAgainstTheOneThatFollowed() throws Exception {
    accepted(AGENT, FIRST);
    accepted(AGENT, SECOND);
    refused(FIRST, Refusal.NO_LIVE_LAUNCH);
    assertThat(standing().state()).isEqualTo(State.LIVE);
    refused(FIRST, Refusal.MEASUREMENT_MISMATCH);
    assertThat(standing().state()).as("what else is wrong with it does").isEqualTo(State.FAILED);
  }

  @Test
  void endOfTheLaunchItselfIsAFailure() throws Exception {
    accepted(AGENT, FIRST);
    refused(FIRST, Refusal.NO_LIVE_LAUNCH);
    assertThat(standing()).isEqualTo(new Standing(State.FAILED, now));
  }

  @Test
  void refusalOfWhatIsRevokedIsShownAsThat() throws Exception {
    // Nothing is revoked that the last good identity rests on: what came next was.
    accepted(AGENT, FIRST);
    refused(SECOND, Refusal.REVOKED);
    assertThat(standing()).isEqualTo(new Standing(State.REVOKED, now));
  }

  @Test
  void clocksMayDifferByTheSkew() throws Exception {
    accepted(AGENT, FIRST);
    assertThat(status().at(NOW.minus(Limits.CLOCK_SKEW)).state()).isEqualTo(State.LIVE);
    assertThat(status().at(NOW.minus(Limits.CLOCK_SKEW).minusMillis(1)).state())
        .isEqualTo(State.SILENT);
    Instant due = NOW.plus(GoodAttestation.RENEWAL);
    assertThat(status().at(due.plus(Limits.CLOCK_SKEW)).state()).isEqualTo(State.LIVE);
    assertThat(status().at(due.plus(Limits.CLOCK_SKEW).plusMillis(1)))
        .isEqualTo(new Standing(State.LATE, due));
    assertThat(status().at(NOW.plus(GoodAttestation.LIFE)).state())
        .as("the identity's end is exact")
        .isEqualTo(State.SILENT);
  }

  @Test
  void agentsOfAHostComeWithTheNewestFirst() throws Exception {
    accepted(OTHER, FIRST);
    after(Duration.ofSeconds(1));
    accepted(AGENT, FIRST);
    assertThat(ofHost()).containsExactly(AGENT, OTHER);
    after(Duration.ofSeconds(1));
    accepted(OTHER, FIRST);
    assertThat(ofHost()).containsExactly(OTHER, AGENT);
  }

  @Test
  void onlyWhatIsNotRegisteredAndSaysNothingIsForgotten() throws Exception {
    accepted(AGENT, FIRST);
    accepted(OTHER, FIRST);
    database.write(
        tx ->
            tx.update(
                "INSERT INTO registrations VALUES (?, '{\"hosts\":[\"host-1\"]}', 0, 'root')",
                AGENT.value()));
    for (Duration later : List.of(AgentStatuses.REMEMBERED, Duration.ofMillis(1))) {
      assertThat(database.read(AgentStatuses::all)).hasSize(2);
      after(later);
      database.write(
          tx -> {
            AgentStatuses.removeForgotten(tx, now);
            return null;
          });
    }
    assertThat(database.read(AgentStatuses::all))
        .singleElement()
        .satisfies(
            status -> {
              assertThat(status.agent()).isEqualTo(AGENT);
              assertThat(status.lastGood()).isEqualTo(NOW);
            });
  }
}
