// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.Enrollment;
import dev.signet.launcher.ServerTrust;
import dev.signet.protocol.Digest;
import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the verifier is and how it is recognised. */
final class VerifierOptions {
  @Option(
      names = "--verifier",
      required = true,
      paramLabel = "URL",
      description = "The verifier, https://host:port.")
  private URI url;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Trust trust;

  /** One of the two must be given: there is no verifier that is trusted by default. */
  static final class Trust {
    @Option(
        names = "--verifier-pin",
        paramLabel = "sha256:HEX",
        description = "SHA-256 of the verifier's public key, as 'signet serve' prints it.")
    private String pin;

    @Option(
        names = "--verifier-ca",
        paramLabel = "FILE",
        description = "PEM file of the authorities that sign the verifier's certificate.")
    private Path authorities;
  }

  URI url() {
    return url;
  }

  ServerTrust trust() throws CommandFailure {
    if (trust.pin == null) {
      return new ServerTrust.Authorities(trust.authorities);
    }
    try {
      return new ServerTrust.Pin(Digest.parse(trust.pin));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--verifier-pin: " + e.getMessage());
    }
  }

  Enrollment.Place place(String tpm) throws CommandFailure {
    return new Enrollment.Place(url, trust(), tpm);
  }
}
