// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.EgressRequest;
import dev.signet.launcher.egress.ClientCertificate;
import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.CredentialRules;
import dev.signet.launcher.egress.HostPort;
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

  @Option(
      names = "--workload-api",
      description =
          "Serve the SPIFFE Workload API to the agent, on a socket of its own; the variable"
              + " SPIFFE_ENDPOINT_SOCKET leads there. What SVIDs it gets is in its registration.")
  private boolean workloadApi;

  @Option(
      names = "--credential",
      paramLabel = "FILE",
      description =
          "Rules by which secrets are added to requests, so that the agent needs no API key (see"
              + " signet secret). May be repeated; of two rules for one field the first counts.")
  private List<Path> credentials = new ArrayList<>();

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

  @Mixin private BodyOptions bodies;

  EgressRequest request() throws CommandFailure, IOException {
    return new EgressRequest(
        routes(),
        Optional.ofNullable(extraRoots),
        rules(),
        credentials(),
        clientCertificates(),
        passThrough(),
        workloadApi,
        bodies.recorded());
  }

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
