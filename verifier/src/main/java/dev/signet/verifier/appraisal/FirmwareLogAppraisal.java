// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.FirmwareLogPolicy.Allowed;
import dev.signet.protocol.FirmwareLogPolicy.Component;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.EventData;
import dev.signet.verifier.eventlog.EventDescription;
import dev.signet.verifier.eventlog.EventType;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.PcrReplay;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Compares the events of a firmware event log with a policy. Decides by digests, and by data only
 * where a digest proves it; types and what else an event says are quoted for people.
 */
public final class FirmwareLogAppraisal {
  /** More differences than this are another machine; the rest is counted. */
  private static final int MOST_FINDINGS = 16;

  private static final int MOST_SHOWN = 4;

  /** PCRs into which nothing is measured any more once the firmware has handed over. */
  private static final Set<Integer> CLOSED_BY_SEPARATOR = Set.of(0, 2, 3, 6);

  private final FirmwareLogPolicy policy;
  private final List<Finding> findings = new ArrayList<>();

  private FirmwareLogAppraisal(FirmwareLogPolicy policy) {
    this.policy = policy;
  }

  /**
   * What differs. That the log leads to anything is for the caller to see to.
   *
   * @param events of each of {@link FirmwareLogPolicy#judged()}, each with its SHA-256 digest
   * @param startupLocality that PCR 0 starts with
   */
  public static List<Finding> findings(
      FirmwareLogPolicy policy, IntFunction<List<FirmwareEvent>> events, int startupLocality) {
    FirmwareLogAppraisal appraisal = new FirmwareLogAppraisal(policy);
    if (policy.startupLocality() != null && policy.startupLocality() != startupLocality) {
      appraisal.find(
          "startup locality: expected %d, got %d; to allow it, change startupLocality"
              .formatted(policy.startupLocality(), startupLocality));
    }
    policy.judged().forEach(pcr -> appraisal.judge(pcr, events.apply(pcr)));
    return appraisal.bounded();
  }

  /**
   * What differs in a log that no quote proves: what it would be refused for if one did.
   *
   * @param log as an operator has it
   */
  public static List<Finding> findings(FirmwareLogPolicy policy, FirmwareLog log) {
    List<Finding> findings = new ArrayList<>();
    for (int pcr : policy.judged()) {
      log.gap(pcr)
          .ifPresent(gap -> findings.add(new Finding(Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY, gap)));
    }
    if (!findings.isEmpty()) {
      return findings;
    }
    PcrReplay replay = log.replay();
    policy
        .pinned()
        .forEach(
            (pcr, expected) -> {
              Bytes value = replay.values().get(Bank.SHA256).get(pcr);
              if (value != null && !value.equals(Bytes.of(expected.toArray()))) {
                findings.add(
                    new Finding(
                        Refusal.BOOT_NOT_APPROVED,
                        "PCR %d: expected %s, the log leads to sha256:%s"
                            .formatted(pcr, expected, value.toHex())));
              }
            });
    findings.addAll(findings(policy, log::events, replay.startupLocality()));
    return findings;
  }

  private void judge(int pcr, List<FirmwareEvent> all) {
    SeparatedEvents events = SeparatedEvents.of(pcr, all);
    if (SeparatedEvents.isExpectedIn(pcr)) {
      judgeSeparators(pcr, events);
    }
    List<FirmwareEvent> rest = events.before();
    if (pcr == FirmwareLogPolicy.SECURE_BOOT_PCR && policy.secureBoot() != null) {
      SecureBootVariables variables = new SecureBootVariables(events.before());
      variables.judge(policy.secureBoot(), this::find);
      rest = variables.others();
    }
    rest.addAll(events.after());
    compare(pcr, rest);
  }

  private void judgeSeparators(int pcr, SeparatedEvents events) {
    if (events.separators().isEmpty()) {
      find("PCR %d: expected a separator, got none: firmware did not hand over".formatted(pcr));
      return;
    }
    int number = events.separators().getFirst().number();
    for (FirmwareEvent another : events.separators().subList(1, events.separators().size())) {
      find(
          "PCR %d: expected one separator, got a second one (events %d and %d): another boot phase"
                  .formatted(pcr, number, another.number())
              + " was appended");
    }
    if (CLOSED_BY_SEPARATOR.contains(pcr)) {
      for (FirmwareEvent late : events.after()) {
        find(
            "PCR %d: expected nothing after its separator (event %d), got %s"
                .formatted(pcr, number, told(late)));
      }
    }
  }

  private void compare(int pcr, List<FirmwareEvent> events) {
    List<Component> components = policy.components(pcr);
    Set<Digest> seen = new HashSet<>();
    events.forEach(event -> seen.add(SeparatedEvents.digest(event)));
    List<Component> missing =
        components.stream()
            .filter(c -> c.required() && c.allowed().stream().noneMatch(a -> has(seen, a)))
            .collect(Collectors.toCollection(ArrayList::new));
    Set<Digest> told = new HashSet<>();
    for (FirmwareEvent event : events) {
      Digest digest = SeparatedEvents.digest(event);
      if (components.stream().noneMatch(c -> c.allows(digest)) && told.add(digest)) {
        explain(event, components, missing, seen);
      }
    }
    for (Component component : missing) {
      find(
          "%s (PCR %d): expected %s, the log has none of them; to allow it, write \"optional\":true"
                  .formatted(component.name(), pcr, shown(component.allowed()))
              + " in component \"%s\"".formatted(component.name()));
    }
  }

  /**
   * Which component it is: the missing one of its name, else one of its name, else a missing one.
   */
  private void explain(
      FirmwareEvent event, List<Component> components, List<Component> missing, Set<Digest> seen) {
    String name = ComponentName.of(event);
    Optional<Component> of =
        named(missing, name)
            .or(() -> named(components, name))
            .or(() -> missing.stream().findFirst());
    String line = "{\"digest\":\"%s\"}".formatted(SeparatedEvents.digest(event));
    if (of.isEmpty()) {
      find(
          "%s (PCR %d): expected no such thing, got %s; to allow it, add to components"
                  .formatted(name, event.pcr(), told(event))
              + " {\"name\":\"%s\",\"pcr\":%d,\"allowed\":[%s],\"optional\":true}"
                  .formatted(name, event.pcr(), line));
      return;
    }
    Component component = of.get();
    missing.remove(component);
    List<Allowed> others = component.allowed().stream().filter(a -> !has(seen, a)).toList();
    find(
        "%s (PCR %d): expected %s, got %s; to allow it, add %s to \"allowed\" of component \"%s\""
            .formatted(
                component.name(),
                event.pcr(),
                shown(others.isEmpty() ? component.allowed() : others),
                told(event),
                line,
                component.name()));
  }

  private static Optional<Component> named(List<Component> components, String name) {
    return components.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  private static boolean has(Set<Digest> seen, Allowed allowed) {
    return seen.contains(allowed.digest());
  }

  private static String shown(List<Allowed> allowed) {
    String first =
        allowed.stream()
            .limit(MOST_SHOWN)
            .map(Allowed::toString)
            .collect(Collectors.joining(" or "));
    return allowed.size() <= MOST_SHOWN
        ? first
        : first + " or " + (allowed.size() - MOST_SHOWN) + " more";
  }

  /** For people: its digest, and what it says, with whose word that is. */
  static String told(FirmwareEvent event) {
    boolean proved = EventData.proved(event, Bank.SHA256).isPresent();
    return "%s (event %d, %s, %s \"%s\")"
        .formatted(
            SeparatedEvents.digest(event),
            event.number(),
            EventType.name(event.type()),
            proved ? "proved to be" : "by the log's word",
            EventDescription.of(event));
  }

  private void find(String detail) {
    findings.add(new Finding(Refusal.BOOT_NOT_APPROVED, detail));
  }

  private List<Finding> bounded() {
    if (findings.size() <= MOST_FINDINGS) {
      return findings;
    }
    List<Finding> first = new ArrayList<>(findings.subList(0, MOST_FINDINGS));
    first.add(
        new Finding(
            Refusal.BOOT_NOT_APPROVED,
            (findings.size() - MOST_FINDINGS) + " more differences of the boot"));
    return first;
  }
}
