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
 * @param clientCertificates what is shown to upstreams that ask, one for each at most
 * @param interception how tunnels are opened; without it, they are refused
 */
public record ProxySettings(
    Path spoolDirectory,
    List<Route> routes,
    Optional<Path> extraRoots,
    EgressLimits limits,
    List<ClientCertificate> clientCertificates,
    Optional<Interception> interception) {
  public ProxySettings {
    Objects.requireNonNull(spoolDirectory, "spoolDirectory");
    Objects.requireNonNull(extraRoots, "extraRoots");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(interception, "interception");
    routes = List.copyOf(routes);
    clientCertificates = List.copyOf(clientCertificates);
  }

  /** For a proxy without tunnels. */
  public ProxySettings(
      Path spoolDirectory, List<Route> routes, Optional<Path> extraRoots, EgressLimits limits) {
    this(spoolDirectory, routes, extraRoots, limits, List.of(), Optional.empty());
  }
}
