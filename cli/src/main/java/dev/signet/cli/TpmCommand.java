// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import picocli.CommandLine.Command;

@Command(
    name = "tpm",
    description = "Simulated TPMs for development.",
    footerHeading = "%nExamples:%n",
    footer = "  signet tpm start /tmp/tpm",
    subcommands = {TpmStartCommand.class, TpmStopCommand.class})
final class TpmCommand {}
