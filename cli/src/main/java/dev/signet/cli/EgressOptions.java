// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.egress.ClientCertificate;
import dev.signet.launcher.egress.HostPort;
import dev.signet.launcher.egress.Route;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of {@code signet run} about the agent's way out. */
final class EgressOptions {
  @Option(
      names = "--route",
      paramLabel = "NAME=URL",
      description =
          "The agent reaches URL as http://127.0.0.1:PORT/NAME; its base is in the variable"
              + " SIGNET_ROUTE_NAME. May be repeated.")
  private List<String> routes = new ArrayList<>();

  @Option(
      names = "--upstream-ca",
      paramLabel = "FILE",
      description = "PEM file of authorities for upstreams, besides the runtime's own.")
  private Path extraRoots;

  @Option(
      names = "--client-cert",
      paramLabel = "HOST[:PORT]=FILE",
      description =
          "PEM file with a private key and its certificates, shown to HOST where it asks for one in"
              + " TLS. The agent has no access to it. May be repeated.")
  private List<String> clientCertificates = new ArrayList<>();

  @Option(
      names = "--pass-through",
      paramLabel = "HOST[:PORT]",
      description =
          "Lets the agent's HTTPS to HOST pass untouched, and so unsigned; the launch event says so."
              + " May be repeated.")
  private List<String> passThrough = new ArrayList<>();

  EgressRequest request() throws CommandFailure {
    return new EgressRequest(
        routes(), Optional.ofNullable(extraRoots), clientCertificates(), passThrough());
  }

  private List<ClientCertificate> clientCertificates() throws CommandFailure {
    List<ClientCertificate> read = new ArrayList<>();
    for (String option : clientCertificates) {
      int equals = option.indexOf('=');
      try {
        if (equals < 1) {
          throw new IllegalArgumentException("expected HOST[:PORT]=FILE");
        }
        read.add(
            ClientCertificate.read(
                HostPort.parse(option.substring(0, equals)),
                Path.of(option.substring(equals + 1))));
      } catch (IllegalArgumentException | IOException e) {
        throw CommandFailure.usage("--client-cert " + option + ": " + e.getMessage());
      }
    }
    return read;
  }

  private List<HostPort> passThrough() throws CommandFailure {
    List<HostPort> hosts = new ArrayList<>();
    for (String host : passThrough) {
      try {
        hosts.add(HostPort.parse(host));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage("--pass-through: " + e.getMessage());
      }
    }
    return hosts;
  }

  private List<Route> routes() throws CommandFailure {
    List<Route> parsed = new ArrayList<>();
    for (String route : routes) {
      int equals = route.indexOf('=');
      try {
        if (equals < 1) {
          throw new IllegalArgumentException("expected NAME=URL");
        }
        parsed.add(new Route(route.substring(0, equals), URI.create(route.substring(equals + 1))));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage("--route " + route + ": " + e.getMessage());
      }
    }
    return parsed;
  }
}
