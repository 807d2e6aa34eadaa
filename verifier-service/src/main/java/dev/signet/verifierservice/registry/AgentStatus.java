// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Limits;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What was last heard of an agent on a host. It holds times and no verdict: {@link #at} reckons
 * that from the clock, so that nothing stays green because its verifier or host stopped.
 *
 * @param launch of the newest evidence, or null if there never was any
 * @param lastSeen when the newest evidence came that the host's key signed, or null
 * @param lastGood when an attestation was last accepted, or null
 * @param goodLaunch of that attestation
 * @param goodSince since when accepted ones followed each other
 * @param renewBy when the next is due
 * @param goodUntil when the identity ends that the last one gave
 * @param appraisal of the last accepted one; null if none was, or by an earlier build
 * @param failingSince the first refusal since the last accepted one, or null
 * @param refusedAt the newest refusal, or null
 * @param reason of the newest refusal, or null
 * @param revokedSince when something was revoked that the identity rests on, or null
 */
public record AgentStatus(
    AgentId agent,
    HostId host,
    LaunchId launch,
    Instant lastSeen,
    Instant lastGood,
    LaunchId goodLaunch,
    Instant goodSince,
    Instant renewBy,
    Instant goodUntil,
    JsonNode appraisal,
    Instant failingSince,
    Instant refusedAt,
    String reason,
    Instant revokedSince) {
  /** How it stands; exactly one of them at any time. */
  public enum State {
    /** Attested, and the next evidence is not due yet. */
    @JsonProperty("live")
    LIVE,
    /** The next evidence is overdue; the identity has not ended. */
    @JsonProperty("late")
    LATE,
    /** The newest evidence was refused. */
    @JsonProperty("failed")
    FAILED,
    /** Nothing good came until the identity ended. */
    @JsonProperty("silent")
    SILENT,
    @JsonProperty("revoked")
    REVOKED,
    /** Registered, and nothing ever came. */
    @JsonProperty("unseen")
    UNSEEN;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A state and since when; for {@link State#SILENT} since the last word.
   *
   * @param since null for what was never seen
   */
  public record Standing(State state, Instant since) {}

  /** How it stands at {@code now}. */
  public Standing at(Instant now) {
    if (revokedSince != null) {
      return new Standing(State.REVOKED, revokedSince);
    }
    if (lastSeen == null) {
      return new Standing(State.UNSEEN, null);
    }
    if (failingSince != null) {
      boolean revoked = "REVOKED".equals(reason);
      return new Standing(revoked ? State.REVOKED : State.FAILED, failingSince);
    }
    // What lies ahead of the clock proves nothing: somebody put the clock back.
    boolean ahead = lastGood.isAfter(now.plus(Limits.CLOCK_SKEW));
    if (ahead || !now.isBefore(goodUntil)) {
      return new Standing(State.SILENT, lastSeen);
    }
    if (now.isAfter(renewBy.plus(Limits.CLOCK_SKEW))) {
      return new Standing(State.LATE, renewBy);
    }
    return new Standing(State.LIVE, goodSince);
  }

  /** When the identity ends or ended; nothing where there never was one. */
  public Optional<Instant> identityUntil() {
    return Optional.ofNullable(goodUntil);
  }
}
