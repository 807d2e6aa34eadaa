// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.permission.OperatorRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody asks of the way out of one agent.
 *
 * @param routes local names for upstreams, for clients that cannot use a proxy or need https
 * @param extraRoots PEM file of TLS roots for upstreams besides the JDK's
 * @param rules how the statement's permissions are narrowed on this host
 * @param credentials which secrets are added to which requests
 */
public record EgressRequest(
    List<Route> routes,
    Optional<Path> extraRoots,
    OperatorRules rules,
    List<CredentialRule> credentials) {
  /** Nothing beside what every agent gets. */
  public static final EgressRequest NONE =
      new EgressRequest(List.of(), Optional.empty(), OperatorRules.NONE, List.of());

  public EgressRequest {
    routes = List.copyOf(routes);
    credentials = List.copyOf(credentials);
    Objects.requireNonNull(extraRoots, "extraRoots");
    Objects.requireNonNull(rules, "rules");
  }
}
