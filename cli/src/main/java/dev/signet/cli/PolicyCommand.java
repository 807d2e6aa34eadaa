// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import picocli.CommandLine.Command;

@Command(
    name = "policy",
    description = "Makes policies for what hosts measured, from hosts that are known to be good.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet policy learn eventlog binary_bios_measurements --out boot-policy.json",
      "  signet policy learn ima binary_runtime_measurements --out ima-policy.json"
    },
    subcommands = PolicyCommand.Learn.class)
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
}
