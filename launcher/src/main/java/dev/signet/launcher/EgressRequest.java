// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.Route;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody asks of the way out of one agent.
 *
 * @param routes local names for upstreams, for clients that cannot use a proxy or need https
 * @param extraRoots PEM file of TLS roots for upstreams besides the JDK's
 * @param workloadApi whether it gets the SPIFFE Workload API
 */
public record EgressRequest(List<Route> routes, Optional<Path> extraRoots, boolean workloadApi) {
  /** Nothing beside what every agent gets. */
  public static final EgressRequest NONE = new EgressRequest(List.of(), Optional.empty(), false);

  public EgressRequest {
    routes = List.copyOf(routes);
    Objects.requireNonNull(extraRoots, "extraRoots");
  }
}
