// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operations;

import dev.signet.verifierservice.registry.AgentStatus;
import dev.signet.verifierservice.registry.AgentStatus.Standing;
import dev.signet.verifierservice.registry.AgentStatus.State;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators of agents that stop being attested: counts for the metrics, reckoned when they
 * are asked for, and a line in the log when an agent's state changes.
 */
public final class StatusWatch {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWatch.class);

  /** Of one round; a verifier that was down finds all silent at once. */
  private static final int LINES = 50;

  private final Database database;
  private final InstantSource clock;

  /** What the log was last told, only to tell it no twice. */
  private Map<String, State> told = Map.of();

  private Map<State, Integer> counted = Map.of();
  private Instant countedAt = Instant.MIN;

  public StatusWatch(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Adds a gauge for each state. */
  public void measure(Metrics metrics) {
    for (State state : State.values()) {
      metrics.gauge(
          "signet.agents",
          "Agents on hosts by how they stand now",
          Map.of("state", state.wireName()),
          () -> count(state));
    }
  }

  /** One scrape asks for each state: they are of one moment, and one look at the table. */
  private synchronized Number count(State state) {
    Instant now = clock.instant();
    if (countedAt.isAfter(now) || countedAt.isBefore(now.minusMillis(500))) {
      try {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        for (AgentStatus status : database.read(AgentStatuses::all)) {
          counts.merge(status.at(now).state(), 1, Integer::sum);
        }
        counted = counts;
        countedAt = now;
      } catch (IOException e) {
        countedAt = Instant.MIN;
        return Double.NaN;
      }
    }
    return counted.getOrDefault(state, 0);
  }

  /** Logs what changed since the last time. */
  public void tell() throws IOException {
    Instant now = clock.instant();
    Map<String, State> seen = new HashMap<>();
    int lines = 0;
    for (AgentStatus status : database.read(AgentStatuses::all)) {
      String name = status.agent() + " on " + status.host();
      Standing standing = status.at(now);
      seen.put(name, standing.state());
      State before = told.get(name);
      if (standing.state() == before || !worthTelling(before, standing.state())) {
        continue;
      }
      if (lines++ < LINES) {
        tell(name, status, standing);
      }
    }
    if (lines > LINES) {
      LOG.warn("{} more agents changed; see signet agents", lines - LINES);
    }
    told = seen;
  }

  /** That all is well from the first look on is no news. */
  private static boolean worthTelling(State before, State state) {
    return before != null || List.of(State.FAILED, State.SILENT).contains(state);
  }

  private static void tell(String name, AgentStatus status, Standing standing) {
    if (standing.state() == State.LIVE || standing.state() == State.UNSEEN) {
      LOG.info("{} is {} since {}", name, standing.state().wireName(), standing.since());
      return;
    }
    LOG.warn(
        "{} is {} since {}: last seen {}, last good {}, identity until {}, last refusal {}",
        name,
        standing.state().wireName(),
        standing.since(),
        status.lastSeen(),
        status.lastGood(),
        status.goodUntil(),
        status.reason());
  }
}
