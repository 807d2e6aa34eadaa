// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import java.time.Instant;

/**
 * When something was last heard of an agent on a host; it goes with every decision about it.
 *
 * @param lastSeen of the newest evidence that the host's key signed, whatever came of it; null if
 *     there never was any
 * @param lastGood of the newest attestation that was accepted; null if none ever was
 */
public record Heard(Instant lastSeen, Instant lastGood) {
  public static final Heard NOTHING = new Heard(null, null);
}
