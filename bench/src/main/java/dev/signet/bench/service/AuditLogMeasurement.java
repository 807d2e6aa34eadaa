// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Result;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** What the tree over the audit log costs: decisions written with it, and as bare rows. */
public final class AuditLogMeasurement implements Measurement {
  private static final int DECISIONS = 20_000;

  /** In one transaction, as writers that wait at the same time share one. */
  private static final int TOGETHER = 100;

  private static final Decision DECISION =
      new Decision(
          "verify",
          Actor.service("billing"),
          new AgentId("spiffe://example.org/agent/billing"),
          new HostId("host-1"),
          null,
          Decision.OK,
          null,
          null);

  private final SecureRandom random = new SecureRandom();

  @Override
  public String name() {
    return "audit";
  }

  @Override
  public String what() {
    return "the audit log: decisions with the tree over them, and without";
  }

  /** Writes one decision. */
  private interface Writer {
    void write(Transaction tx) throws SQLException;
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    DecisionLog log = new DecisionLog(random);
    Instant now = Instant.now();
    return List.of(
        new Result(
            "audit",
            "A decision in the audit log",
            List.of("microseconds", "bytes on the disk"),
            Rounds.run(
                effort.rounds(),
                List.of(
                    new Rounds.Contender("a row alone", () -> measure(tx -> row(tx, now))),
                    new Rounds.Contender(
                        "row and tree", () -> measure(tx -> log.record(tx, DECISION, now))))),
            List.of(),
            List.of(
                "%,d decisions into a new database, %d a transaction; one thread writes."
                    .formatted(DECISIONS, TOGETHER))));
  }

  private double[] measure(Writer writer) throws IOException {
    Path directory = Files.createTempDirectory("signet-bench");
    try {
      Path file = directory.resolve("decisions.db");
      long nanos;
      try (Database database = Database.open(file)) {
        long start = System.nanoTime();
        for (int group = 0; group < DECISIONS / TOGETHER; group++) {
          database.write(
              tx -> {
                for (int i = 0; i < TOGETHER; i++) {
                  writer.write(tx);
                }
                return null;
              });
        }
        nanos = System.nanoTime() - start;
      }
      return new double[] {nanos / 1e3 / DECISIONS, Files.size(file) / (double) DECISIONS};
    } finally {
      Directories.delete(directory);
    }
  }

  /** The same row, as a build without the tree wrote it. */
  private void row(Transaction tx, Instant now) throws SQLException {
    byte[] id = new byte[12];
    random.nextBytes(id);
    tx.update(
        "INSERT INTO decisions (decision, time, act, actor, agent, host, outcome) VALUES (?, ?, ?,"
            + " ?, ?, ?, ?)",
        Base64.getUrlEncoder().encodeToString(id),
        now,
        DECISION.act(),
        DECISION.actor().text(),
        DECISION.agent().value(),
        DECISION.host().value(),
        DECISION.outcome());
  }
}
