// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.time.Clock;
import java.util.Objects;

/**
 * How the agent's tunnels are opened: by an authority which that agent trusts.
 *
 * @param clock the host's own, by which the agent judges the certificates
 */
public record Interception(LaunchAuthority authority, Clock clock) {
  public Interception {
    Objects.requireNonNull(authority, "authority");
    Objects.requireNonNull(clock, "clock");
  }
}
