// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.traffic.ExchangeLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a proxy is set up.
 *
 * @param spoolDirectory an existing directory that only the launcher's user can enter
 * @param routes local names for upstreams, each name once
 * @param extraRoots a PEM file of TLS roots to be trusted besides the JDK's
 * @param policy which requests the agent may send; routes are under it as well
 * @param refusals is told what was not permitted, seldom enough for people to read; may block
 * @param clientCertificates what is shown to upstreams that ask, one for each at most
 * @param interception how tunnels are opened; without it, they are refused
 * @param credentials what is added that the agent does not hold
 * @param exchanges told of every exchange, and closed with the proxy
 */
public record ProxySettings(
    Path spoolDirectory,
    List<Route> routes,
    Optional<Path> extraRoots,
    EgressPolicy policy,
    Consumer<String> refusals,
    EgressLimits limits,
    List<ClientCertificate> clientCertificates,
    Optional<Interception> interception,
    Credentials credentials,
    ExchangeLog exchanges) {
  public ProxySettings {
    Objects.requireNonNull(spoolDirectory, "spoolDirectory");
    Objects.requireNonNull(extraRoots, "extraRoots");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(refusals, "refusals");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(interception, "interception");
    Objects.requireNonNull(credentials, "credentials");
    Objects.requireNonNull(exchanges, "exchanges");
    routes = List.copyOf(routes);
    clientCertificates = List.copyOf(clientCertificates);
  }
}
