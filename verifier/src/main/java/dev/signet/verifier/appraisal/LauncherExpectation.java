// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import java.util.Set;

/** Which launchers may have started the agent, by their own digest. */
public sealed interface LauncherExpectation {
  /** One of these. */
  record Permitted(Set<Digest> launchers) implements LauncherExpectation {
    public Permitted {
      launchers = Set.copyOf(launchers);
    }
  }

  /**
   * Any.
   *
   * @param reason the operator's words
   */
  record Waived(String reason) implements LauncherExpectation {
    public Waived {
      if (reason.isBlank()) {
        throw new IllegalArgumentException("expected a written reason for the waiver");
      }
    }
  }
}
