// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.registry.Challenges;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.transparency.Checkpoints;
import dev.signet.verifierservice.trust.SnapshotPublisher;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/** What the service's parts are at the moment when somebody asks. */
record Gauges(
    Database database, SnapshotPublisher publisher, Checkpoints checkpoints, InstantSource clock) {
  void addTo(Metrics metrics) {
    metrics.gauge(
        "signet.challenges.outstanding",
        "Nonces given out and not used",
        () -> {
          try {
            return database.read(tx -> Challenges.outstanding(tx, clock.instant()));
          } catch (IOException e) {
            return Double.NaN;
          }
        });
    metrics.gauge(
        "signet.snapshot.number",
        "Number of the newest trust snapshot",
        () -> publisher.newest().snapshot().number());
    metrics.gauge(
        "signet.snapshot.age.seconds",
        "Age of the newest trust snapshot",
        () -> clock.instant().getEpochSecond() - publisher.newest().snapshot().iat());
    for (HostAlarms.Kind kind : HostAlarms.Kind.values()) {
      metrics.gauge(
          "signet.host.alarms",
          "Hosts with an alarm that nobody cleared",
          Map.of("kind", kind.wireName()),
          () -> {
            try {
              return database.read(tx -> HostAlarms.count(tx, kind));
            } catch (IOException e) {
              return Double.NaN;
            }
          });
    }
    metrics.gauge("signet.database.queue", "Transactions waiting for the writer", database::queued);
    metrics.gauge(
        "signet.audit.log.changed",
        "1 where the audit log contradicts the last checkpoint that was signed",
        () -> checkpoints.contradicted() ? 1 : 0);
  }
}
