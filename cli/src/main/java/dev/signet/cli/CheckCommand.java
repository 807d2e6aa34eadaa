// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import picocli.CommandLine.Command;

@Command(
    name = "check",
    description = {
      "Checks a file offline: nothing is asked of any service or TPM.",
      "Only image-signature asks, and only the registry that it is given."
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check statement statement.dsse --signer ci.pub.pem --jar agent.jar",
      "  signet check eventlog /sys/kernel/security/tpm0/binary_bios_measurements"
    },
    subcommands = {
      CheckStatementCommand.class,
      CheckBundleCommand.class,
      CheckImageSignatureCommand.class,
      CheckEventLogCommand.class,
      CheckImaCommand.class,
      CheckQuoteCommand.class,
      CheckPlatformCertificateCommand.class
    })
final class CheckCommand {}
