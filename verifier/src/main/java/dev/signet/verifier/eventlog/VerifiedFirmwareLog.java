// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import dev.signet.verifier.verification.VerifiedQuote;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Every event that was extended into some PCRs since boot, in order, as a quote proves: their
 * SHA-256 digests, and nothing else of them. Only this class makes one.
 */
public final class VerifiedFirmwareLog {
  private final FirmwareLog log;
  private final VerifiedQuote quote;
  private final int startupLocality;
  private final SortedSet<Integer> pcrs;

  private VerifiedFirmwareLog(
      FirmwareLog log, VerifiedQuote quote, int startupLocality, Set<Integer> pcrs) {
    this.log = log;
    this.quote = quote;
    this.startupLocality = startupLocality;
    this.pcrs = new TreeSet<>(pcrs);
  }

  /**
   * @param log as received
   * @param pcrs that the log must lead to, at least one; each with at least one event
   * @return refused with {@link Refusal#FIRMWARE_LOG_MALFORMED}, {@link
   *     Refusal#FIRMWARE_LOG_DOES_NOT_REPLAY}, or {@link Refusal#WRONG_PCRS} if the quote does not
   *     cover one of {@code pcrs}
   */
  public static Verification<VerifiedFirmwareLog> replay(
      Bytes log, VerifiedQuote quote, Set<Integer> pcrs) {
    if (pcrs.isEmpty()) {
      throw new IllegalArgumentException("expected PCRs that the log must lead to, got none");
    }
    FirmwareLog parsed;
    try {
      parsed = FirmwareLog.parse(log);
    } catch (MalformedEventLogException e) {
      return new Refused<>(Refusal.FIRMWARE_LOG_MALFORMED, e.getMessage());
    }
    return replay(parsed, quote, new TreeSet<>(pcrs));
  }

  /**
   * The same for every quoted PCR that the log has an event of.
   *
   * @param except the launch register, which moves after the firmware's log ended
   */
  public static Verification<VerifiedFirmwareLog> replayWhole(
      Bytes log, VerifiedQuote quote, int except) {
    FirmwareLog parsed;
    try {
      parsed = FirmwareLog.parse(log);
    } catch (MalformedEventLogException e) {
      return new Refused<>(Refusal.FIRMWARE_LOG_MALFORMED, e.getMessage());
    }
    SortedSet<Integer> pcrs = new TreeSet<>(quote.pcrs().keySet());
    pcrs.removeIf(pcr -> pcr == except || parsed.events(pcr).isEmpty());
    return pcrs.isEmpty()
        ? new Refused<>(
            Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, "the log has no event of a quoted PCR")
        : replay(parsed, quote, pcrs);
  }

  private static Verification<VerifiedFirmwareLog> replay(
      FirmwareLog log, VerifiedQuote quote, SortedSet<Integer> pcrs) {
    PcrReplay replay = log.replay();
    for (int pcr : pcrs) {
      Digest quoted = quote.pcrs().get(pcr);
      if (quoted == null) {
        return new Refused<>(
            Refusal.WRONG_PCRS,
            "PCR %d: expected to be quoted, since the boot policy judges it; quoted are %s"
                .formatted(pcr, quote.pcrs().keySet()));
      }
      Optional<String> difference = difference(log, replay, pcr, quoted);
      if (difference.isPresent()) {
        return new Refused<>(Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, difference.get());
      }
    }
    return new Authentic<>(new VerifiedFirmwareLog(log, quote, replay.startupLocality(), pcrs));
  }

  private static Optional<String> difference(
      FirmwareLog log, PcrReplay replay, int pcr, Digest quoted) {
    Optional<String> gap = log.gap(pcr);
    if (gap.isPresent()) {
      return gap;
    }
    Digest replayed = Digest.ofDigest(replay.values().get(Bank.SHA256).get(pcr).toArray());
    return replayed.equals(quoted)
        ? Optional.empty()
        : Optional.of(
            "PCR %d: %d events lead to %s, quoted %s"
                .formatted(pcr, log.events(pcr).size(), replayed, quoted));
  }

  /** The quote that proves it. */
  public VerifiedQuote quote() {
    return quote;
  }

  /** Those that the log leads to. */
  public SortedSet<Integer> pcrs() {
    return new TreeSet<>(pcrs);
  }

  /** Of TPM2_Startup: proved where PCR 0 is among {@link #pcrs()}. */
  public int startupLocality() {
    return startupLocality;
  }

  /**
   * The events of one PCR, in order.
   *
   * @throws IllegalArgumentException if the log was not proved to lead to it: a wrong call
   */
  public List<FirmwareEvent> events(int pcr) {
    if (!pcrs.contains(pcr)) {
      throw new IllegalArgumentException("PCR " + pcr + " is not proved, only " + pcrs + " are");
    }
    return log.events(pcr);
  }

  @Override
  public String toString() {
    return "firmware event log of PCRs " + pcrs;
  }
}
