// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Limits;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.operations.StatusWatch;
import dev.signet.verifierservice.registry.Expiry;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.transparency.Checkpoints;
import dev.signet.verifierservice.trust.SnapshotPublisher;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to happen now and then: a fresh snapshot, expired rows taken out, a checkpoint. */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final Database database;
  private final SnapshotPublisher publisher;
  private final DecisionLog log;
  private final Checkpoints checkpoints;
  private final StatusWatch status;
  private final Optional<Duration> keepDecisions;
  private final InstantSource clock;
  private Instant nextRemoval = Instant.MIN;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("signet-housekeeping").daemon().factory());

  /**
   * @param keepDecisions how long; nothing where they are kept for ever
   */
  Housekeeping(
      Database database,
      SnapshotPublisher publisher,
      DecisionLog log,
      Checkpoints checkpoints,
      StatusWatch status,
      Optional<Duration> keepDecisions,
      InstantSource clock) {
    this.database = database;
    this.publisher = publisher;
    this.log = log;
    this.checkpoints = checkpoints;
    this.status = status;
    this.keepDecisions = keepDecisions;
    this.clock = clock;
    long seconds = SnapshotPublisher.RENEWAL.toSeconds();
    timer.scheduleWithFixedDelay(this::round, seconds, seconds, TimeUnit.SECONDS);
  }

  /**
   * @throws IOException if the database cannot be written or decisions have stopped
   */
  static void requireWritable(Database database, SnapshotPublisher publisher, InstantSource clock)
      throws IOException {
    database.write(tx -> tx.update("UPDATE state SET value = value WHERE name = 'epoch'"));
    long age = clock.instant().getEpochSecond() - publisher.newest().snapshot().iat();
    if (age >= Limits.SNAPSHOT_STALE.toSeconds()) {
      throw new IOException("the newest trust snapshot is " + age + " s old; see the log");
    }
  }

  private void round() {
    try {
      // A key may have ended meanwhile.
      publisher.noteKeys();
      publisher.publish();
      database.write(
          tx -> {
            Expiry.sweep(tx, clock.instant());
            return null;
          });
      status.tell();
      removeOldDecisions(clock.instant());
    } catch (IOException e) {
      LOG.error("housekeeping failed; trust snapshots go stale until it works again", e);
    } catch (RuntimeException e) {
      // A timer that lets one escape never runs again, silently.
      LOG.error("housekeeping met a bug", e);
    }
    keepCheckpoint();
  }

  private void keepCheckpoint() {
    try {
      checkpoints.keep();
    } catch (IOException | RuntimeException e) {
      LOG.error("no checkpoint of the audit log was kept", e);
    }
  }

  /** Once a day, since each time leaves an entry; at once again where there was more to remove. */
  void removeOldDecisions(Instant now) throws IOException {
    if (keepDecisions.isEmpty() || now.isBefore(nextRemoval)) {
      return;
    }
    Instant cutoff = now.minus(keepDecisions.get());
    int removed = database.write(tx -> log.removeBefore(tx, cutoff, now));
    if (removed < DecisionLog.REMOVED_AT_ONCE) {
      nextRemoval = now.plus(Duration.ofDays(1));
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
