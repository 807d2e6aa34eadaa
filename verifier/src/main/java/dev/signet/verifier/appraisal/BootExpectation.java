// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import java.util.Map;
import java.util.TreeMap;

/** What the quoted PCRs other than the launch register must show. Silence refuses. */
public sealed interface BootExpectation {
  /**
   * These values.
   *
   * @param values by PCR index, at least one
   * @param waived PCRs that are quoted but not judged, each with the operator's reason (PCR 10
   *     moves with every file that IMA measures)
   */
  record Pinned(Map<Integer, Digest> values, Map<Integer, String> waived)
      implements BootExpectation {
    public Pinned {
      values = Map.copyOf(new TreeMap<>(values));
      waived = Map.copyOf(new TreeMap<>(waived));
      if (values.isEmpty()) {
        throw new IllegalArgumentException("expected at least one pinned PCR, or a waiver");
      }
      for (int pcr : waived.keySet()) {
        if (values.containsKey(pcr)) {
          throw new IllegalArgumentException("PCR " + pcr + ": expected a value or a waiver");
        }
      }
      waived.values().forEach(Waived::new);
    }

    public Pinned(Map<Integer, Digest> values) {
      this(values, Map.of());
    }
  }

  /**
   * What a firmware event log shows.
   *
   * @param policy for every quoted PCR
   */
  record FirmwareLog(FirmwareLogPolicy policy) implements BootExpectation {
    public FirmwareLog {
      if (policy == null) {
        throw new IllegalArgumentException("expected a policy for the firmware event log");
      }
    }
  }

  /**
   * Nothing: the boot state is not judged, and the result says so.
   *
   * @param reason the operator's words, for example that the TPM is a simulator
   */
  record Waived(String reason) implements BootExpectation {
    public Waived {
      if (reason.isBlank()) {
        throw new IllegalArgumentException("expected a written reason for the waiver");
      }
    }
  }
}
