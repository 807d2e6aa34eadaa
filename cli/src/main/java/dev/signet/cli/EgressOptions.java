// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.CredentialRules;
import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.permission.AddressRange;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
      names = "--credential",
      paramLabel = "FILE",
      description =
          "Rules by which secrets are added to requests, so that the agent needs no API key (see"
              + " signet secret). May be repeated; of two rules for one field the first counts.")
  private List<Path> credentials = new ArrayList<>();

  EgressRequest request() throws CommandFailure, IOException {
    return new EgressRequest(routes(), Optional.ofNullable(extraRoots), rules(), credentials());
  }

  private List<CredentialRule> credentials() throws CommandFailure, IOException {
    List<CredentialRule> rules = new ArrayList<>();
    for (Path file : credentials) {
      try {
        byte[] json = InputFile.read(file, Limits.SMALL_MESSAGE_BYTES);
        rules.addAll(CredentialRules.parse(json));
      } catch (MalformedMessageException | IllegalArgumentException e) {
        throw CommandFailure.usage("--credential " + file + ": " + e.getMessage());
      }
    }
    return rules;
  }

  @Option(
      names = "--egress-only",
      paramLabel = "RULE",
      description =
          "Of what the statement permits, only requests such as \"GET api.example.org/v1/*\". May be"
              + " repeated. It takes away, and never adds.")
  private List<String> only;

  @Option(
      names = "--allow-address",
      paramLabel = "RANGE",
      description =
          "Names may lead to these addresses, such as 10.1.0.0/16. Others that are private,"
              + " link-local or otherwise not of the Internet are refused. May be repeated.")
  private List<String> addresses = new ArrayList<>();

  private OperatorRules rules() throws CommandFailure {
    return new OperatorRules(
        only == null
            ? Optional.empty()
            : Optional.of(parsed("--egress-only", only, EgressPermission::parse)),
        parsed("--allow-address", addresses, AddressRange::parse));
  }

  private static <T> List<T> parsed(String option, List<String> words, Function<String, T> parser)
      throws CommandFailure {
    try {
      return words.stream().map(parser).toList();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + ": " + e.getMessage());
    }
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
