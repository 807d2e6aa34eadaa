// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares the quoted boot PCRs, and the log that leads to them, with what the registration
 * expects.
 */
final class BootAppraisal {
  /** IMA's, which moves while the system runs. */
  static final int IMA_PCR = 10;

  /**
   * PCRs into which something of the operating system is measured: boot loader (4), kernel and
   * initial RAM disk by GRUB (8, 9) or as a unified kernel image (11).
   */
  private static final Set<Integer> OPERATING_SYSTEM = Set.of(4, 8, 9, 11);

  private BootAppraisal() {}

  static List<Finding> findings(
      BootExpectation expectation, VerifiedLaunchLog log, ProvedLogs logs) {
    return switch (expectation) {
      case BootExpectation.Waived waived -> List.of();
      case BootExpectation.Pinned pinned ->
          findings(pinned.values(), judgedOtherwise(pinned.waived().keySet(), logs), log);
      case BootExpectation.FirmwareLog(FirmwareLogPolicy policy) -> findings(policy, log, logs);
    };
  }

  private static List<Finding> findings(
      FirmwareLogPolicy policy, VerifiedLaunchLog log, ProvedLogs logs) {
    if (logs.firmware().isEmpty()) {
      return List.of(
          new Finding(
              Refusal.FIRMWARE_LOG_MISSING,
              "expected the firmware event log of the quoted boot ("
                  + log.quote().clockInfo()
                  + ")"));
    }
    VerifiedFirmwareLog firmware = logs.firmware().get();
    if (firmware.quote() != log.quote()) {
      throw new IllegalArgumentException("expected logs that the same quote proves");
    }
    Set<Integer> otherwise = judgedOtherwise(policy.waivedPcrs().keySet(), logs);
    otherwise.addAll(policy.judged());
    List<Finding> findings = findings(policy.pinned(), otherwise, log);
    if (policy.leastTpmFirmware() != null) {
      long version = log.quote().firmwareVersion();
      long least = Long.parseUnsignedLong(policy.leastTpmFirmware(), 16);
      if (Long.compareUnsigned(version, least) < 0) {
        findings.add(
            new Finding(
                Refusal.BOOT_NOT_APPROVED,
                "TPM firmware: expected %016x or more, got %016x; to allow it, lower leastTpmFirmware"
                    .formatted(least, version)));
      }
    }
    findings.addAll(
        FirmwareLogAppraisal.findings(policy, firmware::events, firmware.startupLocality()));
    return findings;
  }

  /** With IMA's PCR where its log is judged. */
  private static Set<Integer> judgedOtherwise(Set<Integer> waived, ProvedLogs logs) {
    Set<Integer> otherwise = new HashSet<>(waived);
    if (logs.ima().isPresent()) {
      otherwise.add(IMA_PCR);
    }
    return otherwise;
  }

  /**
   * @param otherwise PCRs that are waived or judged in another way
   */
  private static List<Finding> findings(
      Map<Integer, Digest> values, Set<Integer> otherwise, VerifiedLaunchLog log) {
    List<Finding> findings = new ArrayList<>();
    Map<Integer, Digest> quoted = log.quote().pcrs();
    quoted.forEach(
        (pcr, value) -> {
          Digest expected = values.get(pcr);
          if (pcr != log.registerPcr() && expected == null && !otherwise.contains(pcr)) {
            findings.add(finding(pcr, "a value or a waiver in the registration", value));
          }
          if (expected != null && !expected.equals(value)) {
            findings.add(finding(pcr, expected, value));
          }
        });
    new TreeMap<>(values)
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
    return switch (expectation) {
      case BootExpectation.Waived waived -> false;
      case BootExpectation.Pinned(Map<Integer, Digest> values, Map<Integer, String> waived) ->
          judgesOperatingSystem(values.keySet(), waived.keySet(), log);
      case BootExpectation.FirmwareLog(FirmwareLogPolicy policy) -> {
        Set<Integer> judged = new HashSet<>(policy.pinned().keySet());
        judged.addAll(policy.judged());
        yield judgesOperatingSystem(judged, policy.waivedPcrs().keySet(), log);
      }
    };
  }

  private static boolean judgesOperatingSystem(
      Set<Integer> judged, Set<Integer> waived, VerifiedLaunchLog log) {
    return judged.stream().anyMatch(OPERATING_SYSTEM::contains)
        && waived.stream().allMatch(pcr -> pcr == IMA_PCR || !log.quote().pcrs().containsKey(pcr));
  }

  static List<String> waivers(BootExpectation expectation) {
    return switch (expectation) {
      case BootExpectation.Waived waived -> List.of("boot: " + waived.reason());
      case BootExpectation.Pinned pinned -> waivers(pinned.waived());
      case BootExpectation.FirmwareLog(FirmwareLogPolicy policy) -> waivers(policy.waivedPcrs());
    };
  }

  private static List<String> waivers(Map<Integer, String> reasons) {
    return new TreeMap<>(reasons)
        .entrySet().stream().map(e -> "PCR " + e.getKey() + ": " + e.getValue()).toList();
  }

  /** How the boot was judged, for the result. */
  static Appraisal.Boot judged(BootExpectation expectation) {
    return switch (expectation) {
      case BootExpectation.Waived waived -> Appraisal.Boot.WAIVED;
      case BootExpectation.Pinned pinned -> Appraisal.Boot.PINNED;
      case BootExpectation.FirmwareLog log -> Appraisal.Boot.EVENT_LOG;
    };
  }

  private static Finding finding(int pcr, Object expected, Object quoted) {
    return new Finding(
        Refusal.BOOT_NOT_APPROVED,
        "PCR %d: expected %s, quoted %s".formatted(pcr, expected, quoted));
  }
}
