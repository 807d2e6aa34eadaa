// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "policy",
    description = "Policies for what hosts measured: made from hosts that are known to be good.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet policy learn eventlog binary_bios_measurements --out boot-policy.json",
      "  signet policy learn ima binary_runtime_measurements --out ima-policy.json"
    },
    subcommands = {PolicyCommand.Learn.class, PolicyCommand.Upload.class})
final class PolicyCommand {
  @Command(
      name = "learn",
      description = "Makes a policy that allows what is in a log and nothing else.",
      synopsisSubcommandLabel = "COMMAND",
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet policy learn eventlog binary_bios_measurements --out boot-policy.json",
        "  signet policy learn ima binary_runtime_measurements --out ima-policy.json"
      },
      subcommands = {LearnEventLogCommand.class, LearnImaCommand.class})
  static final class Learn {}

  @Command(
      name = "upload",
      description = {
        "Brings a policy for IMA's log to the verifier (operators with the role register) and tells"
            + " the digest by which registrations name it."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet policy upload ima-policy.json",
        "  signet agent register spiffe://example.org/agent/billing --ima-policy sha256:… …"
      })
  static final class Upload extends OperatorCommand {
    @Parameters(paramLabel = "FILE", description = "The policy.")
    private Path file;

    Upload(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() throws CommandFailure, IOException {
      return Request.post("/v1/ima-policies", ImaPolicyFile.read(file));
    }
  }
}
