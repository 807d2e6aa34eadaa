// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a proxy is set up.
 *
 * @param spoolDirectory an existing directory that only the launcher's user can enter
 * @param routes local names for upstreams, each name once
 * @param extraRoots a PEM file of TLS roots to be trusted besides the JDK's
 * @param credentials what is added that the agent does not hold
 */
public record ProxySettings(
    Path spoolDirectory,
    List<Route> routes,
    Optional<Path> extraRoots,
    EgressLimits limits,
    Credentials credentials) {
  public ProxySettings {
    Objects.requireNonNull(spoolDirectory, "spoolDirectory");
    Objects.requireNonNull(extraRoots, "extraRoots");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(credentials, "credentials");
    routes = List.copyOf(routes);
  }

  /** For a proxy that adds nothing. */
  public ProxySettings(
      Path spoolDirectory, List<Route> routes, Optional<Path> extraRoots, EgressLimits limits) {
    this(spoolDirectory, routes, extraRoots, limits, Credentials.NONE);
  }
}
