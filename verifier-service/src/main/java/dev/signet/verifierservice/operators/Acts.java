// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import dev.signet.verifierservice.storage.Work;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** Operators' acts: done, or refused, and in the audit log either way before they are answered. */
public final class Acts {
  private final Database database;
  private final DecisionLog log;
  private final InstantSource clock;

  public Acts(Database database, DecisionLog log, InstantSource clock) {
    this.database = database;
    this.log = log;
    this.clock = clock;
  }

  /** What became of an act. */
  sealed interface Result {}

  /**
   * @param body null for 204
   */
  record Done(int status, Object body, Decision decision) implements Result {}

  record Not(Refusal reason, String detail) implements Result {}

  /** The act, in a transaction. */
  @FunctionalInterface
  interface Act {
    Result in(Transaction tx, Instant now) throws SQLException;
  }

  Answer decide(Call call, String name, Act act) throws IOException {
    Instant now = clock.instant();
    return database.write(
        tx ->
            switch (act.in(tx, now)) {
              case Done done -> {
                log.record(tx, done.decision(), now);
                yield done.body() == null
                    ? new Answer.Empty(Map.of())
                    : new Answer.Json(done.status(), done.body());
              }
              case Not not -> {
                Decision refused =
                    new Decision(
                        name,
                        call.caller().actor(),
                        null,
                        null,
                        null,
                        not.reason().name(),
                        not.detail(),
                        null);
                String id = log.record(tx, refused, now);
                yield new Answer.Problem(ProblemDetails.of(not.reason(), not.detail(), id, now));
              }
            });
  }

  Instant now() {
    return clock.instant();
  }

  <T> T read(Work<T> work) throws IOException {
    return database.read(work);
  }

  Answer problem(Refusal reason, String detail) {
    return new Answer.Problem(ProblemDetails.of(reason, detail, null, clock.instant()));
  }
}
