// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import java.util.List;

/** What became of an appraisal. Affirming is made only by {@link Appraiser}. */
public sealed interface AppraisalResult permits Affirming, AppraisalResult.Contraindicated {
  /**
   * Not acceptable.
   *
   * @param findings all of them, at least one, most telling first
   */
  record Contraindicated(List<Finding> findings) implements AppraisalResult {
    public Contraindicated {
      findings = List.copyOf(findings);
      if (findings.isEmpty()) {
        throw new IllegalArgumentException("expected at least one finding");
      }
    }
  }
}
