// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.verification.BaselineRule;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator says about one agent.
 *
 * @param hosts where it may run; empty means nowhere
 * @param signers who may sign its reference statement: RFC 7638 thumbprints of keys, and names of
 *     keyless signers; empty means nobody
 * @param securityVersionFloor the least security version accepted
 * @param boot what its hosts' boot PCRs must show
 * @param baseline what the launch register may have been before the first event
 * @param nvRegisterRequired whether its launch events must be in a register that only the launcher
 *     can extend
 * @param launcher which launchers may have started it
 * @param isolationRequired whether its launches must be isolated in full
 * @param ima what its hosts' kernels may have measured; empty if IMA's log is not judged
 * @param keys how the keys behind its requests must be kept and used
 */
public record Registration(
    AgentId agent,
    Set<HostId> hosts,
    Set<String> signers,
    long securityVersionFloor,
    BootExpectation boot,
    BaselineRule baseline,
    boolean nvRegisterRequired,
    LauncherExpectation launcher,
    boolean isolationRequired,
    Optional<ImaAppraiser> ima,
    KeyRequirement keys) {
  public Registration {
    hosts = Set.copyOf(hosts);
    signers = Set.copyOf(signers);
    if (agent == null || boot == null || baseline == null || launcher == null || keys == null) {
      throw new IllegalArgumentException(
          "expected an agent and what its boot, baseline, launcher and keys must be");
    }
    if (securityVersionFloor < 0) {
      throw new IllegalArgumentException("expected a floor of 0 or more");
    }
  }

  /** Of any keys, and without judging IMA's log. */
  public Registration(
      AgentId agent,
      Set<HostId> hosts,
      Set<String> signers,
      long securityVersionFloor,
      BootExpectation boot,
      BaselineRule baseline,
      boolean nvRegisterRequired,
      LauncherExpectation launcher,
      boolean isolationRequired) {
    this(
        agent,
        hosts,
        signers,
        securityVersionFloor,
        boot,
        baseline,
        nvRegisterRequired,
        launcher,
        isolationRequired,
        Optional.empty(),
        KeyRequirement.NONE);
  }
}
