// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.ClientCertificate;
import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.HostPort;
import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.launcher.traffic.RecordedBodies;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What somebody asks of the way out of one agent.
 *
 * @param routes local names for upstreams, for clients that cannot use a proxy or need https
 * @param extraRoots PEM file of TLS roots for upstreams besides the JDK's
 * @param rules how the statement's permissions are narrowed on this host
 * @param credentials which secrets are added to which requests
 * @param clientCertificates what is shown to upstreams that ask in TLS
 * @param passThrough where HTTPS is let through untouched and unsigned
 * @param workloadApi whether it gets the SPIFFE Workload API
 * @param bodies which bodies the exchange log records; none if empty
 */
public record EgressRequest(
    List<Route> routes,
    Optional<Path> extraRoots,
    OperatorRules rules,
    List<CredentialRule> credentials,
    List<ClientCertificate> clientCertificates,
    List<HostPort> passThrough,
    boolean workloadApi,
    Optional<RecordedBodies> bodies) {
  /** Nothing beside what every agent gets. */
  public static final EgressRequest NONE =
      new EgressRequest(
          List.of(),
          Optional.empty(),
          OperatorRules.NONE,
          List.of(),
          List.of(),
          List.of(),
          false,
          Optional.empty());

  public EgressRequest {
    routes = List.copyOf(routes);
    credentials = List.copyOf(credentials);
    Objects.requireNonNull(extraRoots, "extraRoots");
    Objects.requireNonNull(rules, "rules");
    Objects.requireNonNull(bodies, "bodies");
    clientCertificates = List.copyOf(clientCertificates);
    passThrough = passThrough.stream().distinct().sorted().toList();
  }

  /** As it stands in the launch event: what is let out otherwise than signed. */
  List<String> inLaunchEvent() {
    return Stream.concat(
            passThrough.stream().map(host -> "pass-through " + host),
            credentials.stream()
                .filter(rule -> !rule.signed())
                .map(rule -> "unsigned " + rule.where().host() + rule.where().path()))
        .distinct()
        .sorted()
        .toList();
  }
}
