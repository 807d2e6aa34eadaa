// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.egress.Route;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
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

  @Mixin private BodyOptions bodies;

  EgressRequest request() throws CommandFailure, IOException {
    return new EgressRequest(routes(), Optional.ofNullable(extraRoots), bodies.recorded());
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
