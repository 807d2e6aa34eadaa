// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.ClientCertificate;
import dev.signet.launcher.egress.HostPort;
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
 * @param clientCertificates what is shown to upstreams that ask in TLS
 * @param passThrough where HTTPS is let through untouched and unsigned
 */
public record EgressRequest(
    List<Route> routes,
    Optional<Path> extraRoots,
    List<ClientCertificate> clientCertificates,
    List<HostPort> passThrough) {
  /** Nothing beside what every agent gets. */
  public static final EgressRequest NONE =
      new EgressRequest(List.of(), Optional.empty(), List.of(), List.of());

  public EgressRequest {
    routes = List.copyOf(routes);
    Objects.requireNonNull(extraRoots, "extraRoots");
    clientCertificates = List.copyOf(clientCertificates);
    passThrough = passThrough.stream().distinct().sorted().toList();
  }

  /** As it stands in the launch event: what is let out otherwise than signed. */
  List<String> inLaunchEvent() {
    return passThrough.stream().map(host -> "pass-through " + host).toList();
  }
}
