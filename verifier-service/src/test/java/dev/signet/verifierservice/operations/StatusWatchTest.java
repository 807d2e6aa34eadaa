// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.GoodAttestation;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told of agents, and how often. */
class StatusWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final HostId HOST = new HostId("host-1");
  private static final LaunchId LAUNCH = new LaunchId("A".repeat(22));
  private static final String GOOD = agent("good").toString();
  private static final String BAD = agent("bad").toString();

  @TempDir Path directory;
  private Database database;
  private Instant now = NOW;
  private StatusWatch watch;
  private final Logger logger = Logger.getLogger(StatusWatch.class.getName());
  private final Heard heard = new Heard();

  /** Lines of the log. */
  private static final class Heard extends Handler {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void publish(LogRecord line) {
      lines.add(
          line.getLevel() + " " + MessageFormat.format(line.getMessage(), line.getParameters()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
    watch = new StatusWatch(database, () -> now);
    logger.addHandler(heard);
  }

  @AfterEach
  void close() throws Exception {
    logger.removeHandler(heard);
    database.close();
  }

  private static AgentId agent(String name) {
    return new AgentId("spiffe://example.org/agent/" + name);
  }

  private void accepted(String agent) throws StorageException {
    AgentStatuses.Accepted good = GoodAttestation.of(new AgentId(agent), HOST, LAUNCH, now);
    database.write(
        tx -> {
          AgentStatuses.accepted(tx, good, now);
          return null;
        });
  }

  private void refused(String agent) throws StorageException {
    database.write(
        tx -> {
          AgentStatuses.refused(
              tx, new AgentId(agent), HOST, LAUNCH, Refusal.MEASUREMENT_MISMATCH, true, now);
          return null;
        });
  }

  /** What is told by the next look. */
  private List<String> told() throws Exception {
    heard.lines.clear();
    watch.tell();
    return List.copyOf(heard.lines);
  }

  @Test
  void changesAreToldOnceAndThatAllIsWellAtFirstIsNoNews() throws Exception {
    accepted(GOOD);
    refused(BAD);
    assertThat(told())
        .singleElement()
        .asString()
        .startsWith("WARNING " + BAD + " on host-1 is failed since " + NOW)
        .endsWith("last refusal MEASUREMENT_MISMATCH");
    assertThat(told()).isEmpty();
    now = NOW.plusSeconds(20);
    accepted(BAD);
    refused(GOOD);
    assertThat(told())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("INFO " + BAD + " on host-1 is live since " + now),
            line -> assertThat(line).startsWith("WARNING " + GOOD + " on host-1 is failed since"));
    assertThat(told()).isEmpty();
  }

  @Test
  void agentThatFallsSilentIsToldLateAndThenSilent() throws Exception {
    accepted(GOOD);
    assertThat(told()).isEmpty();
    now = NOW.plus(GoodAttestation.RENEWAL).plusSeconds(11);
    assertThat(told()).singleElement().asString().contains(GOOD + " on host-1 is late since");
    now = NOW.plus(GoodAttestation.LIFE);
    assertThat(told())
        .singleElement()
        .asString()
        .contains(GOOD + " on host-1 is silent since " + NOW, "identity until " + now);
    assertThat(told()).isEmpty();
  }

  @Test
  void oneLookTellsOfSoManyAndCountsTheOthers() throws Exception {
    for (int i = 0; i < 60; i++) {
      refused(agent("a" + i).toString());
    }
    assertThat(told()).hasSize(51).last().asString().contains("10 more agents changed");
    assertThat(told()).as("all of them were seen").isEmpty();
  }

  @Test
  void countsAreOfTheMomentEvenWhereTheClockWasPutBack() throws Exception {
    Metrics metrics = new Metrics();
    watch.measure(metrics);
    accepted(GOOD);
    assertThat(metrics.scrape()).contains("signet_agents{state=\"live\"} 1.0");
    now = NOW.plus(GoodAttestation.LIFE);
    assertThat(metrics.scrape())
        .contains("signet_agents{state=\"live\"} 0.0", "signet_agents{state=\"silent\"} 1.0");
    now = NOW;
    assertThat(metrics.scrape())
        .contains("signet_agents{state=\"live\"} 1.0", "signet_agents{state=\"silent\"} 0.0");
  }
}
