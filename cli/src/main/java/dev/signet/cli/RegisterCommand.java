// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.Tpm;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "register",
    description =
        "The launch register of this host in an NV index (signet provision --register nv).",
    subcommands = RegisterCommand.Open.class,
    footerHeading = "%nExamples:%n",
    footer = "  signet register open")
final class RegisterCommand {

  @Command(
      name = "open",
      description = {
        "Opens the register for this boot: its first write, its Name into its PCR, and a quote of"
            + " both. To be run early in the boot, before anybody else can use the TPM"
            + " (signet-register.service). Safe to run again."
      },
      footerHeading = "%nExamples:%n",
      footer = "  signet register open --state /var/lib/signet")
  static final class Open implements SignetCommand {
    private final Invocation invocation;

    @Mixin private HostOptions host;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    Open(Invocation invocation) {
      this.invocation = invocation;
    }

    private record Result(String outcome, String register, int pcr, int events) {}

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      try (Tpm tpm = host.open(invocation)) {
        Attestor attestor = Attestor.open(tpm, host.state(invocation.environment()));
        LaunchRegister register = attestor.nvLaunchRegister();
        int events = register.events().size();
        if (json) {
          invocation.print(
              new Result(ExitCode.GOOD.outcome(), register.name(), register.pcr(), events));
        } else {
          invocation.say(
              "register  %s, moves PCR %d, %d events in this boot"
                  .formatted(register.name(), register.pcr(), events));
        }
        return ExitCode.GOOD;
      }
    }
  }
}
