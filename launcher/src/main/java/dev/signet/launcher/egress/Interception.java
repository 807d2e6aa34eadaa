// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.time.Clock;
import java.util.Objects;
import java.util.Set;

/**
 * How the agent's tunnels are opened: by an authority which that agent trusts.
 *
 * @param clock the host's own, by which the agent judges the certificates
 * @param passThrough where tunnels lead that are passed on untouched, and so unsigned
 */
public record Interception(LaunchAuthority authority, Clock clock, Set<HostPort> passThrough) {
  public Interception {
    Objects.requireNonNull(authority, "authority");
    Objects.requireNonNull(clock, "clock");
    passThrough = Set.copyOf(passThrough);
  }

  boolean passesThrough(Target target) {
    return passThrough.contains(HostPort.of(target));
  }
}
