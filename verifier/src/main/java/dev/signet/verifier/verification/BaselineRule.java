// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Digest;
import java.util.Set;

/**
 * What the launch register may have been before the first event. A baseline that may be anything
 * would let a launcher leave out the first events, so there is no such rule.
 *
 * @param permitted at least one
 */
public record BaselineRule(Set<Digest> permitted) {
  public BaselineRule {
    permitted = Set.copyOf(permitted);
    if (permitted.isEmpty()) {
      throw new IllegalArgumentException("expected at least one permitted baseline");
    }
  }

  /** Nothing but us extends the register: 32 zero bytes, as after a boot. */
  public static BaselineRule zeros() {
    return new BaselineRule(Set.of(Digest.ofDigest(new byte[Digest.BYTES])));
  }
}
