// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import picocli.CommandLine.Command;

@Command(
    name = "keys",
    description = "Makes the keys that sign reference statements.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = "  signet keys new --out ci",
    subcommands = KeysNewCommand.class)
final class KeysCommand {}
