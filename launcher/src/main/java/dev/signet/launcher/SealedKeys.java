// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.SealedKey;
import dev.signet.protocol.AgentId;
import java.io.IOException;
import java.util.Optional;

/** The sealed key that an agent has on an enrolled host, or gets. */
public final class SealedKeys {
  private SealedKeys() {}

  /**
   * A key, and whether it is new.
   *
   * @param made true if there was none, or one that another approval key would release
   */
  public record Found(SealedKey key, boolean made) {}

  /** Keeps a key that this verifier's approvals release; makes one otherwise. */
  public static Found keptOrMade(Attestor attestor, EnrolledHost host, AgentId agent)
      throws IOException {
    Optional<String> before = attestor.sealedKey(agent).map(SealedKeys::thumbprint);
    SealedKey now = attestor.keepOrCreateSealedKey(agent, host.approvalKey());
    return new Found(now, !before.equals(Optional.of(thumbprint(now))));
  }

  private static String thumbprint(SealedKey key) {
    return key.publicKey().thumbprint();
  }
}
