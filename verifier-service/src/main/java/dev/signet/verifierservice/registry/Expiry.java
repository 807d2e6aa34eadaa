// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;

/** Takes out what is over. Nothing relies on it: every reader checks the time itself. */
public final class Expiry {
  private Expiry() {}

  public static void sweep(Transaction tx, Instant now) throws SQLException {
    Challenges.removeExpired(tx, now);
    Enrolments.removeExpired(tx, now);
    JoinTokens.removeExpired(tx, now);
    AgentStatuses.removeForgotten(tx, now);
  }
}
