// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs that a host's TPM is in two places, or that somebody goes about under its name. They stay
 * until an operator clears them. Each host has at most one entry of a kind, so nobody fills the
 * table.
 */
public final class HostAlarms {
  private static final Logger LOG = LoggerFactory.getLogger(HostAlarms.class);

  /** A kind that goes on is told again once in each of these, reckoned from its first sign. */
  private static final Duration AGAIN = Duration.ofHours(1);

  private static final int DETAIL_CHARS = 500;

  private HostAlarms() {}

  /** What was seen. */
  public enum Kind {
    /** A counter or the clock went back: cleared, restored, or a copy that is behind. */
    @JsonProperty("clock-went-back")
    CLOCK_WENT_BACK,
    /** Two launch logs of one boot, neither the other's beginning. */
    @JsonProperty("forked")
    FORKED,
    /** One launch attested from two addresses by turns. */
    @JsonProperty("two-places")
    TWO_PLACES,
    /** Another TPM asked to be this host; nobody proved anything. */
    @JsonProperty("another-tpm")
    ANOTHER_TPM,
    /** This host's TPM asked to be another host; certificates are no secret. */
    @JsonProperty("another-name")
    ANOTHER_NAME;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One of them.
   *
   * @param times how often it was seen
   * @param detail of the newest
   */
  public record Alarm(
      HostId host, Kind kind, Instant firstAt, Instant lastAt, long times, String detail) {}

  public static void raise(Transaction tx, HostId host, Kind kind, String detail, Instant now)
      throws SQLException {
    String text = detail.length() > DETAIL_CHARS ? detail.substring(0, DETAIL_CHARS) : detail;
    Optional<Boolean> due =
        tx.one(
            "SELECT first_at, last_at FROM host_alarms WHERE host = ? AND kind = ?",
            row -> {
              Instant first = Instant.ofEpochMilli(row.getLong(1));
              Instant last = Instant.ofEpochMilli(row.getLong(2));
              return periods(first, now) > periods(first, last);
            },
            host.value(),
            kind.name());
    tx.update(
        "INSERT INTO host_alarms VALUES (?1, ?2, ?3, ?3, 1, ?4) ON CONFLICT (host, kind) DO UPDATE"
            + " SET last_at = ?3, times = times + 1, detail = ?4",
        host.value(),
        kind.name(),
        now,
        text);
    if (due.orElse(true)) {
      LOG.warn("alarm {} about host {}; see signet hosts", kind.wireName(), host);
    }
  }

  private static long periods(Instant first, Instant then) {
    return Duration.between(first, then).dividedBy(AGAIN);
  }

  /** What a refusal of evidence that the host's key signed says about it. */
  public static Optional<Kind> of(Refusal reason) {
    return reason == Refusal.CLOCK_ROLLED_BACK
        ? Optional.of(Kind.CLOCK_WENT_BACK)
        : Optional.empty();
  }

  public static List<Alarm> ofHost(Transaction tx, HostId host) throws SQLException {
    return tx.list(
        "SELECT * FROM host_alarms WHERE host = ? ORDER BY kind",
        row ->
            new Alarm(
                new HostId(row.getString("host")),
                Kind.valueOf(row.getString("kind")),
                Instant.ofEpochMilli(row.getLong("first_at")),
                Instant.ofEpochMilli(row.getLong("last_at")),
                row.getLong("times"),
                row.getString("detail")),
        host.value());
  }

  /** Whether something that only a second TPM state explains was seen of it, and not cleared. */
  public static Optional<Kind> copied(Transaction tx, HostId host) throws SQLException {
    return tx.one(
        "SELECT kind FROM host_alarms WHERE host = ? AND kind IN ('CLOCK_WENT_BACK', 'FORKED',"
            + " 'TWO_PLACES') ORDER BY first_at LIMIT 1",
        row -> Kind.valueOf(row.getString(1)),
        host.value());
  }

  public static long count(Transaction tx, Kind kind) throws SQLException {
    return tx.number("SELECT count(*) FROM host_alarms WHERE kind = ?", kind.name());
  }

  /** False if there was none. */
  public static boolean clear(Transaction tx, HostId host) throws SQLException {
    return tx.update("DELETE FROM host_alarms WHERE host = ?", host.value()) > 0;
  }
}
