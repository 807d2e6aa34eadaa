// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares the quoted boot PCRs with what the registration expects. */
final class BootAppraisal {
  /** IMA's, which moves while the system runs. */
  static final int IMA_PCR = 10;

  /**
   * PCRs into which something of the operating system is measured: boot loader (4), kernel and
   * initial RAM disk by GRUB (8, 9) or as a unified kernel image (11).
   */
  private static final Set<Integer> OPERATING_SYSTEM = Set.of(4, 8, 9, 11);

  private BootAppraisal() {}

  static List<Finding> findings(BootExpectation expectation, VerifiedLaunchLog log) {
    return switch (expectation) {
      case BootExpectation.Waived waived -> List.of();
      case BootExpectation.Pinned pinned -> findings(pinned, log);
    };
  }

  private static List<Finding> findings(BootExpectation.Pinned pinned, VerifiedLaunchLog log) {
    List<Finding> findings = new ArrayList<>();
    Map<Integer, Digest> quoted = log.quote().pcrs();
    quoted.forEach(
        (pcr, value) -> {
          Digest expected = pinned.values().get(pcr);
          if (pcr != log.registerPcr() && expected == null && !pinned.waived().containsKey(pcr)) {
            findings.add(finding(pcr, "a value or a waiver in the registration", value));
          }
          if (expected != null && !expected.equals(value)) {
            findings.add(finding(pcr, expected, value));
          }
        });
    new TreeMap<>(pinned.values())
        .forEach(
            (pcr, expected) -> {
              if (!quoted.containsKey(pcr)) {
                findings.add(finding(pcr, expected, "nothing"));
              }
            });
    return findings;
  }

  /** Whether more than names and settings was judged: what runs, with nothing left out. */
  static boolean judgesOperatingSystem(BootExpectation expectation, VerifiedLaunchLog log) {
    return expectation instanceof BootExpectation.Pinned pinned
        && pinned.values().keySet().stream().anyMatch(OPERATING_SYSTEM::contains)
        && pinned.waived().keySet().stream()
            .allMatch(pcr -> pcr == IMA_PCR || !log.quote().pcrs().containsKey(pcr));
  }

  static List<String> waivers(BootExpectation expectation) {
    return switch (expectation) {
      case BootExpectation.Waived waived -> List.of("boot: " + waived.reason());
      case BootExpectation.Pinned pinned ->
          new TreeMap<>(pinned.waived())
              .entrySet().stream().map(e -> "PCR " + e.getKey() + ": " + e.getValue()).toList();
    };
  }

  private static Finding finding(int pcr, Object expected, Object quoted) {
    return new Finding(
        Refusal.BOOT_NOT_APPROVED,
        "PCR %d: expected %s, quoted %s".formatted(pcr, expected, quoted));
  }
}
