// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One key's evidence in order: within a boot a launch log only grows, and a launch is in one place.
 * Two copies of a TPM each go on from the same beginning.
 */
public final class BootSequences {
  private BootSequences() {}

  private record Last(int events, Digest value, long clock) {}

  /**
   * What is wrong with {@code log} after the newest accepted one of the same boot: it has another
   * beginning, or it is shorter though it was quoted later.
   */
  public static Optional<String> fork(Transaction tx, Bytes akName, VerifiedLaunchLog log)
      throws SQLException {
    ClockInfo quoted = log.quote().clockInfo();
    Optional<Last> last =
        tx.one(
            "SELECT events, value, clock FROM boot_sequences WHERE ak_name = ? AND reset_count = ?"
                + " AND restart_count = ? AND register = ?",
            row -> new Last(row.getInt(1), Digest.parse(row.getString(2)), row.getLong(3)),
            akName,
            quoted.resetCount(),
            quoted.restartCount(),
            log.register().name());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    int known = last.get().events();
    if (log.events() < known) {
      return quoted.clock() > last.get().clock()
          ? Optional.of(
              "expected the launch log to have grown from %d events since clock %d, got %d at %d"
                  .formatted(known, last.get().clock(), log.events(), quoted.clock()))
          : Optional.empty(); // on its way while a later one overtook it
    }
    Digest value = log.after(known);
    return value.equals(last.get().value())
        ? Optional.empty()
        : Optional.of(
            "expected the launch log of this boot to begin with the %d events that lead to %s, got"
                    .formatted(known, last.get().value())
                + " others, that lead to "
                + value);
  }

  /** Remembers an accepted log, unless a later one was accepted meanwhile. */
  public static void accepted(Transaction tx, Bytes akName, VerifiedLaunchLog log)
      throws SQLException {
    ClockInfo quoted = log.quote().clockInfo();
    tx.update(
        "INSERT INTO boot_sequences VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (ak_name) DO"
            + " UPDATE SET reset_count = ?2, restart_count = ?3, register = ?4, events = ?5, value ="
            + " ?6, clock = ?7, firmware = ?8 WHERE (reset_count, restart_count, clock) <= (?2, ?3,"
            + " ?7)",
        akName,
        quoted.resetCount(),
        quoted.restartCount(),
        log.register().name(),
        log.events(),
        log.after(log.events()),
        quoted.clock(),
        log.quote().firmwareVersion());
  }

  /** The firmwareVersion of the newest accepted quote. */
  public static Optional<Long> firmware(Transaction tx, Bytes akName) throws SQLException {
    return tx.one(
        "SELECT firmware FROM boot_sequences WHERE ak_name = ?", row -> row.getLong(1), akName);
  }

  /**
   * Notes from where a launch was attested.
   *
   * @param within how long an address counts after another took its place
   * @return the two addresses, if they go by turns: one that moves does not come back
   */
  public static Optional<String> place(
      Transaction tx,
      AgentId agent,
      HostId host,
      LaunchId launch,
      String address,
      Duration within,
      Instant now)
      throws SQLException {
    Optional<String> last =
        tx.one(
            "SELECT address FROM launch_places WHERE agent = ? AND host = ? AND launch = ?",
            row -> row.getString(1),
            agent.value(),
            host.value(),
            launch.value());
    if (last.isPresent() && last.get().equals(address)) {
      return Optional.empty();
    }
    boolean back =
        tx.number(
                "SELECT count(*) FROM launch_places WHERE agent = ? AND host = ? AND launch = ? AND"
                    + " before = ? AND before_at > ?",
                agent.value(),
                host.value(),
                launch.value(),
                address,
                now.minus(within))
            == 1;
    tx.update(
        "INSERT INTO launch_places VALUES (?1, ?2, ?3, ?4, NULL, NULL) ON CONFLICT (agent, host) DO"
            + " UPDATE SET before = CASE WHEN launch = ?3 THEN address END, before_at = ?5, address ="
            + " ?4, launch = ?3",
        agent.value(),
        host.value(),
        launch.value(),
        address,
        now);
    return back ? last.map(other -> address + " and " + other) : Optional.empty();
  }
}
