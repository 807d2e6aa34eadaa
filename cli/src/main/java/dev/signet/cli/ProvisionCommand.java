// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.Tpm;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "provision",
    description = {
      "Takes this host's TPM into use: sets its owner, endorsement and lockout authorization, and"
          + " makes the attestation key. Safe to run again.",
      "The authorization values are in the state directory and nowhere else: back it up, or the TPM"
          + " must be cleared in the firmware to be used anew."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sudo signet provision", "  signet provision --tpm swtpm:unix:/tmp/t/tpm.sock"})
final class ProvisionCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private HostOptions host;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ProvisionCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, boolean changed, String akName, String tpm, String state) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Path state = host.state(invocation.environment());
    try (Tpm tpm = host.open(invocation)) {
      return switch (Provisioning.provision(tpm, state)) {
        case Provisioning.Outcome.Refused(Provisioning.Reason reason, String detail) ->
            throw CommandFailure.refused(reason, detail);
        case Provisioning.Outcome.Provisioned(Attestor attestor, boolean changed) -> {
          String akName = attestor.akName().toHex();
          String address = host.address(invocation.environment());
          if (json) {
            invocation.print(
                new Result(ExitCode.GOOD.outcome(), changed, akName, address, state.toString()));
          } else {
            invocation.say(changed ? "provisioned" : "provisioned before; nothing to do");
            invocation.say("tpm       " + address);
            invocation.say("state     " + state);
            invocation.say("AK Name   " + akName);
            invocation.say("next      signet enroll --verifier https://… --host NAME");
          }
          yield ExitCode.GOOD;
        }
      };
    }
  }
}
