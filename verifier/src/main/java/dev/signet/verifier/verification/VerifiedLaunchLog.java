// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.NvRegister;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every event that was extended into the launch register since boot, in order, as a quote proves.
 * Only {@link #replay} makes one.
 */
public final class VerifiedLaunchLog {
  private final VerifiedQuote quote;
  private final int registerPcr;
  private final Appraisal.Register register;
  private final Map<AgentId, LaunchEvent.Start> live;
  private final List<Digest> values;
  private final Set<LaunchId> secondUses;

  private VerifiedLaunchLog(
      VerifiedQuote quote,
      int registerPcr,
      Appraisal.Register register,
      Map<AgentId, LaunchEvent.Start> live,
      List<Digest> values,
      Set<LaunchId> secondUses) {
    this.quote = quote;
    this.registerPcr = registerPcr;
    this.register = register;
    this.live = Map.copyOf(live);
    this.values = List.copyOf(values);
    this.secondUses = Set.copyOf(secondUses);
  }

  /** A register as it was proved, and what it may have been before the first event. */
  private record Proved(int id, Digest value, BaselineRule rule, Appraisal.Register kind) {}

  /**
   * Of a register that is a PCR.
   *
   * @param log as received, see {@link LaunchLog}
   * @param quote covers {@code registerPcr}
   * @return refused with {@link Refusal#LOG_DOES_NOT_REPLAY}, or {@link Refusal#NO_LIVE_LAUNCH} if
   *     there is no event at all
   * @throws IllegalArgumentException if the quote does not cover the register: a wrong call
   */
  public static Verification<VerifiedLaunchLog> replay(
      Bytes log, VerifiedQuote quote, int registerPcr, BaselineRule rule) {
    Digest quoted = quote.pcrs().get(registerPcr);
    if (quoted == null) {
      throw new IllegalArgumentException(
          "expected a quote that covers the launch register, PCR " + registerPcr);
    }
    return replay(
        log, quote, registerPcr, new Proved(registerPcr, quoted, rule, Appraisal.Register.PCR));
  }

  /**
   * Of a register that is an NV index, which begins every boot alike.
   *
   * @param log as received, see {@link LaunchLog}
   * @return refused as above
   */
  public static Verification<VerifiedLaunchLog> replay(Bytes log, VerifiedRegister register) {
    BaselineRule opened = new BaselineRule(Set.of(NvRegister.baseline()));
    return replay(
        log,
        register.quote(),
        register.pcr(),
        new Proved((int) register.index(), register.value(), opened, Appraisal.Register.NV));
  }

  private static Verification<VerifiedLaunchLog> replay(
      Bytes log, VerifiedQuote quote, int registerPcr, Proved register) {
    LaunchLog parsed;
    try {
      parsed = LaunchLog.parse(log.toArray());
    } catch (MalformedMessageException e) {
      return new Refused<>(Refusal.LOG_DOES_NOT_REPLAY, e.getMessage());
    }
    Optional<String> wrong = startDifference(parsed, quote.clockInfo(), register);
    if (wrong.isPresent()) {
      return new Refused<>(Refusal.LOG_DOES_NOT_REPLAY, wrong.get());
    }
    Digest replayed = parsed.baseline().value();
    List<Digest> values = new ArrayList<>();
    values.add(replayed);
    for (LaunchLog.Entry entry : parsed.entries()) {
      replayed = Digest.hash(replayed.toArray(), entry.digest().toArray());
      values.add(replayed);
    }
    if (!replayed.equals(register.value())) {
      return new Refused<>(
          Refusal.LOG_DOES_NOT_REPLAY,
          "%s: %d events lead to %s, quoted %s"
              .formatted(
                  LaunchLog.name(register.id()),
                  parsed.entries().size(),
                  replayed,
                  register.value()));
    }
    if (parsed.entries().isEmpty()) {
      return new Refused<>(Refusal.NO_LIVE_LAUNCH, "the launch log has no event");
    }
    return new Authentic<>(
        new VerifiedLaunchLog(
            quote, registerPcr, register.kind(), live(parsed), values, secondUses(parsed)));
  }

  /** How many events there were since boot. */
  public int events() {
    return values.size() - 1;
  }

  /** The register's value after so many events, 0 to {@link #events()}. */
  public Digest after(int events) {
    return values.get(events);
  }

  private static Optional<String> startDifference(
      LaunchLog log, ClockInfo quoted, Proved register) {
    if (log.register() != register.id()) {
      return Optional.of(
          "expected a log of %s, got one of %s"
              .formatted(LaunchLog.name(register.id()), LaunchLog.name(log.register())));
    }
    LaunchLog.Baseline baseline = log.baseline();
    if (baseline.resetCount() != quoted.resetCount()
        || baseline.restartCount() != quoted.restartCount()) {
      return Optional.of(
          "expected a log of the quoted boot (%s), got one of reset %d, restart %d"
              .formatted(quoted, baseline.resetCount(), baseline.restartCount()));
    }
    Set<Digest> permitted = register.rule().permitted();
    if (!permitted.contains(baseline.value())) {
      return Optional.of(
          "baseline: expected one of %s, got %s".formatted(permitted, baseline.value()));
    }
    return Optional.empty();
  }

  private static Map<AgentId, LaunchEvent.Start> live(LaunchLog log) {
    Map<AgentId, LaunchEvent.Start> live = new HashMap<>();
    for (LaunchLog.Entry entry : log.entries()) {
      switch (entry.event()) {
        case LaunchEvent.Start start -> live.put(start.agent(), start);
        case LaunchEvent.Stop stop -> {
          LaunchEvent.Start started = live.get(stop.agent());
          if (started != null && started.launch().equals(stop.launch())) {
            live.remove(stop.agent());
          }
        }
      }
    }
    return live;
  }

  private static Set<LaunchId> secondUses(LaunchLog log) {
    Set<String> keys = new HashSet<>();
    Set<LaunchId> launches = new HashSet<>();
    for (LaunchLog.Entry entry : log.entries()) {
      if (entry.event() instanceof LaunchEvent.Start start && !keys.add(start.requestKey())) {
        launches.add(start.launch());
      }
    }
    return launches;
  }

  /** Whether an earlier start of this boot named the same request key, for whatever agent. */
  public boolean keyUsedBefore(LaunchEvent.Start start) {
    return secondUses.contains(start.launch());
  }

  /** The agent's last start, unless it stopped. */
  public Optional<LaunchEvent.Start> live(AgentId agent) {
    return Optional.ofNullable(live.get(agent));
  }

  /** The quote that proves this log. */
  public VerifiedQuote quote() {
    return quote;
  }

  /** The PCR that moves with every event. */
  public int registerPcr() {
    return registerPcr;
  }

  /** Where the events are. */
  public Appraisal.Register register() {
    return register;
  }
}
