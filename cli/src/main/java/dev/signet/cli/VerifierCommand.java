// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "verifier",
    description = "Acts on the verifier itself (operators with the role rotate).",
    subcommands = VerifierCommand.RotateKey.class,
    footerHeading = "%nExamples:%n",
    footer = "  signet verifier rotate-key jwt")
final class VerifierCommand {
  @Command(
      name = "rotate-key",
      description = {
        "Makes the verifier's next key of a purpose and publishes it. It signs only when all who read"
            + " the published keys had time to see it; the one before it stays published until all"
            + " that it signed has ended.",
        "In a PKCS #11 token the key must be there already."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  signet verifier rotate-key token", "  signet verifier rotate-key x509"})
  static final class RotateKey extends OperatorCommand {
    @Parameters(paramLabel = "PURPOSE", description = "token, ear, x509, jwt or wit.")
    private String purpose;

    RotateKey(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.post("/v1/key-rotations", Map.of("purpose", purpose));
    }
  }
}
