// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.ServerTrust;
import dev.signet.launcher.VerifierClient;
import dev.signet.protocol.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the verifier is and how it is recognised. There is no verifier trusted by default. */
final class VerifierOptions {
  @Option(
      names = "--verifier",
      paramLabel = "URL",
      description = "The verifier, https://host:port. Default: SIGNET_VERIFIER.")
  private String url;

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Trust trust;

  /** One of the two. */
  static final class Trust {
    @Option(
        names = "--verifier-pin",
        paramLabel = "sha256:HEX",
        description =
            "SHA-256 of the verifier's public key, as 'signet serve' prints it. Default:"
                + " SIGNET_VERIFIER_PIN.")
    private String pin;

    @Option(
        names = "--verifier-ca",
        paramLabel = "FILE",
        description = "PEM file of the authorities that sign the verifier's certificate.")
    private Path authorities;
  }

  URI url(Map<String, String> environment) throws CommandFailure {
    String given = url == null ? environment.get("SIGNET_VERIFIER") : url;
    if (given == null || given.isEmpty()) {
      throw CommandFailure.usage(
          "expected --verifier https://host:port (or the variable SIGNET_VERIFIER)");
    }
    URI parsed;
    try {
      parsed = URI.create(given);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--verifier: expected https://host:port, got " + given);
    }
    if (!VerifierClient.isBase(parsed)) {
      throw CommandFailure.usage("--verifier: expected https://host:port, got " + given);
    }
    return parsed;
  }

  ServerTrust trust(Map<String, String> environment) throws CommandFailure {
    if (trust != null && trust.authorities != null) {
      return new ServerTrust.Authorities(trust.authorities);
    }
    String pin = trust == null ? environment.get("SIGNET_VERIFIER_PIN") : trust.pin;
    if (pin == null || pin.isEmpty()) {
      throw CommandFailure.usage(
          "expected --verifier-pin sha256:… (or the variable SIGNET_VERIFIER_PIN) or --verifier-ca"
              + " FILE; 'signet serve' prints the pin when it starts");
    }
    try {
      return new ServerTrust.Pin(Digest.parse(pin));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--verifier-pin: " + e.getMessage());
    }
  }
}
