// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.FirmwareEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The events of one PCR, as the firmware's separator parts them. A separator is told by its digest,
 * whatever type the log gives it. PCRs above 7 have none.
 */
record SeparatedEvents(
    List<FirmwareEvent> before, List<FirmwareEvent> separators, List<FirmwareEvent> after) {
  /** What firmware measures into PCR 0 to 7 as it hands over (PFP 10.4.1, EV_SEPARATOR). */
  private static final Set<Digest> SEPARATORS =
      Set.of(Digest.hash(new byte[4]), Digest.hash(new byte[] {-1, -1, -1, -1}));

  private static final int LAST_FIRMWARE_PCR = 7;

  static SeparatedEvents of(int pcr, List<FirmwareEvent> events) {
    SeparatedEvents parted =
        new SeparatedEvents(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (FirmwareEvent event : events) {
      if (isExpectedIn(pcr) && SEPARATORS.contains(digest(event))) {
        parted.separators.add(event);
      } else if (parted.separators.isEmpty()) {
        parted.before.add(event);
      } else {
        parted.after.add(event);
      }
    }
    return parted;
  }

  static boolean isExpectedIn(int pcr) {
    return pcr <= LAST_FIRMWARE_PCR;
  }

  /** In the SHA-256 bank, in which the caller has seen that there is one. */
  static Digest digest(FirmwareEvent event) {
    return Digest.ofDigest(event.digest(Bank.SHA256).orElseThrow().toArray());
  }
}
