// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What is remembered of an attestation that was accepted, for tests of those who read it. */
public final class GoodAttestation {
  /** When the next one is due, and when its identity ends. */
  public static final Duration RENEWAL = Duration.ofSeconds(150);

  public static final Duration LIFE = Duration.ofMinutes(5);

  private GoodAttestation() {}

  public static AgentStatuses.Accepted of(
      AgentId agent, HostId host, LaunchId launch, Instant now) {
    return new AgentStatuses.Accepted(
        agent,
        host,
        launch,
        now.plus(RENEWAL),
        now.plus(LIFE),
        "C".repeat(43),
        List.of(),
        new Appraisal(
            Appraisal.Boot.PINNED,
            null,
            Appraisal.Launcher.VERIFIED_BOOT,
            Appraisal.Isolation.NONE,
            Appraisal.Register.PCR,
            KeyProtection.SEALED,
            1));
  }
}
