package dev.signet.cli;

import picocli.CommandLine.Command;

@Command(
    name = "tpm",
    description = "Simulated TPMs for development.",
    subcommands = {TpmStartCommand.class, TpmStopCommand.class})
final class TpmCommand {}
