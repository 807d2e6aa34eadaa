// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.FirmwareLogPolicy.Allowed;
import dev.signet.protocol.FirmwareLogPolicy.Component;
import dev.signet.protocol.FirmwareLogPolicy.SecureBoot;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.EventDescription;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.FirmwareLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes a policy from logs of boots that an operator knows to be good. What they show is allowed,
 * and nothing else; what is not in every log is optional.
 */
public final class FirmwareLogLearning {
  /** From here on PCRs are software's, some of which can be reset. */
  private static final int FIRST_OTHER_PCR = 15;

  private record Key(int pcr, String name) {}

  /** Keys of secure boot, by variable. */
  private final Map<String, Set<Digest>> keys = new TreeMap<>();

  private final Map<Key, Map<Digest, Allowed>> allowed = new LinkedHashMap<>();
  private final Map<Key, Integer> logsWith = new LinkedHashMap<>();
  private final Set<Boolean> secureBoot = new HashSet<>();
  private final Set<Integer> localities = new TreeSet<>();
  private final SortedMap<Integer, String> waived;

  /** PCRs into which some boot measured nothing but the separator. */
  private final Set<Integer> onlySeparator = new TreeSet<>();

  private final SortedMap<Integer, Digest> values = new TreeMap<>();

  /** Otherwise what is measured of them is learnt as components, by its digests. */
  private final boolean variablesAreProved;

  private FirmwareLogLearning(Map<Integer, String> waived, boolean variablesAreProved) {
    this.waived = new TreeMap<>(waived);
    this.variablesAreProved = variablesAreProved;
  }

  /**
   * @param logs at least one, each well-formed; the caller vouches for them
   * @param waived PCRs to leave out, each with a reason
   * @throws IllegalArgumentException if nothing can be learnt: a digest is missing, a boot did not
   *     end, or the logs contradict each other about secure boot
   */
  public static FirmwareLogPolicy learn(List<FirmwareLog> logs, Map<Integer, String> waived) {
    boolean proved = logs.stream().allMatch(FirmwareLogLearning::provesSecureBoot);
    FirmwareLogLearning learning = new FirmwareLogLearning(waived, proved);
    logs.forEach(learning::add);
    return learning.policy(logs.size());
  }

  private static boolean provesSecureBoot(FirmwareLog log) {
    int pcr = FirmwareLogPolicy.SECURE_BOOT_PCR;
    return log.gap(pcr).isEmpty()
        && new SecureBootVariables(SeparatedEvents.of(pcr, log.events(pcr)).before()).areComplete();
  }

  private void add(FirmwareLog log) {
    Map<Integer, List<FirmwareEvent>> byPcr = new TreeMap<>();
    for (FirmwareEvent event : log.events()) {
      int pcr = (int) event.pcr();
      boolean learnt = event.extended() && pcr < FIRST_OTHER_PCR && pcr != BootAppraisal.IMA_PCR;
      if (learnt && !waived.containsKey(pcr)) {
        if (event.digest(Bank.SHA256).isEmpty()) {
          throw new IllegalArgumentException(
              "expected a SHA-256 digest of each event, got none of " + event);
        }
        byPcr.computeIfAbsent(pcr, p -> new ArrayList<>()).add(event);
      }
    }
    localities.add(log.replay().startupLocality());
    log.replay()
        .values()
        .getOrDefault(Bank.SHA256, new TreeMap<>())
        .forEach((pcr, value) -> values.put(pcr, Digest.ofDigest(value.toArray())));
    Set<Key> seen = new HashSet<>();
    byPcr.forEach((pcr, events) -> add(pcr, events, seen));
    seen.forEach(key -> logsWith.merge(key, 1, Integer::sum));
  }

  private void add(int pcr, List<FirmwareEvent> all, Set<Key> seen) {
    SeparatedEvents events = SeparatedEvents.of(pcr, all);
    if (SeparatedEvents.isExpectedIn(pcr) && events.separators().size() != 1) {
      throw new IllegalArgumentException(
          "PCR %d: expected one separator, as a whole boot has, got %d"
              .formatted(pcr, events.separators().size()));
    }
    List<FirmwareEvent> rest = new ArrayList<>(events.before());
    if (pcr == FirmwareLogPolicy.SECURE_BOOT_PCR && variablesAreProved) {
      SecureBootVariables variables = new SecureBootVariables(events.before());
      secureBoot.add(variables.enabled());
      for (String name :
          List.of(
              SecureBootVariables.PK,
              SecureBootVariables.KEK,
              SecureBootVariables.DB,
              SecureBootVariables.DBX)) {
        keys.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(variables.digest(name));
      }
      rest = variables.others();
    }
    rest.addAll(events.after());
    if (rest.isEmpty() && (pcr != FirmwareLogPolicy.SECURE_BOOT_PCR || !variablesAreProved)) {
      onlySeparator.add(pcr);
    }
    for (FirmwareEvent event : rest) {
      Key key = new Key(pcr, ComponentName.of(event));
      Digest digest = SeparatedEvents.digest(event);
      seen.add(key);
      allowed
          .computeIfAbsent(key, k -> new LinkedHashMap<>())
          .putIfAbsent(digest, new Allowed(digest, EventDescription.of(event)));
    }
  }

  private FirmwareLogPolicy policy(int logs) {
    if (secureBoot.size() > 1) {
      throw new IllegalArgumentException(
          "expected secure boot to be on in each log, or off in each, got both");
    }
    List<Component> components = new ArrayList<>();
    allowed.forEach(
        (key, digests) ->
            components.add(
                new Component(
                    key.name(),
                    key.pcr(),
                    List.copyOf(digests.values()),
                    logsWith.get(key) == logs ? null : Boolean.TRUE)));
    boolean measuredByHardware =
        localities.size() == 1
            && !localities.contains(0)
            && components.stream().anyMatch(c -> c.pcr() == 0);
    return new FirmwareLogPolicy(
        secureBoot.isEmpty() ? null : secureBoot(),
        components,
        pinned(components),
        waived,
        measuredByHardware ? localities.iterator().next() : null,
        null);
  }

  /** A PCR without components is one value: the separator's. */
  private SortedMap<Integer, Digest> pinned(List<Component> components) {
    SortedMap<Integer, Digest> pinned = new TreeMap<>();
    for (int pcr : onlySeparator) {
      if (components.stream().noneMatch(component -> component.pcr() == pcr)) {
        pinned.put(pcr, values.get(pcr));
      }
    }
    return pinned;
  }

  private SecureBoot secureBoot() {
    return new SecureBoot(
        secureBoot.contains(true),
        List.copyOf(keys.get(SecureBootVariables.PK)),
        List.copyOf(keys.get(SecureBootVariables.KEK)),
        List.copyOf(keys.get(SecureBootVariables.DB)),
        List.copyOf(keys.get(SecureBootVariables.DBX)));
  }
}
