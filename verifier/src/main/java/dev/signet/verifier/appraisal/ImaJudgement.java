// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaFindings;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.VerifiedQuote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares IMA's log with the quote and with the policy. */
public final class ImaJudgement {
  /** Which the kernel extends with each measurement. */
  public static final int IMA_PCR = BootAppraisal.IMA_PCR;

  private ImaJudgement() {}

  static List<Finding> findings(
      Optional<ImaAppraiser> policy, Optional<ImaReplay> log, VerifiedQuote quote) {
    if (policy.isEmpty()) {
      return List.of();
    }
    Digest quoted = quote.pcrs().get(BootAppraisal.IMA_PCR);
    if (quoted == null || log.isEmpty() || !log.get().proves(quoted)) {
      return List.of(
          new Finding(
              Refusal.IMA_LOG_DOES_NOT_REPLAY,
              "PCR 10: expected a log that leads to what was quoted (%s), got %s"
                  .formatted(
                      quoted == null ? "nothing" : quoted,
                      log.isEmpty()
                          ? "none"
                          : "one that leads to " + log.get().reached().value())));
    }
    return findings(policy.get(), log.get(), quote);
  }

  /**
   * What the policy does not allow in a piece, whether or not it is proved. Bounded: more are
   * counted.
   *
   * @param quote with whose PCR 0 to 9 the log's first entry is compared
   */
  public static List<Finding> findings(ImaAppraiser policy, ImaReplay log, VerifiedQuote quote) {
    ImaFindings found = policy.findings(log, quote.pcrs());
    List<Finding> findings = new ArrayList<>();
    found.first().forEach(f -> findings.add(new Finding(Refusal.IMA_NOT_APPROVED, f.toString())));
    if (found.total() > found.first().size()) {
      findings.add(
          new Finding(Refusal.IMA_NOT_APPROVED, "entries that are not allowed: " + found.total()));
    }
    return findings;
  }
}
