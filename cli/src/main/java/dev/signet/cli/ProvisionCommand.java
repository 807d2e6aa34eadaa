// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.BootState;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.Tpm;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "provision",
    description = {
      "Takes this host's TPM into use: sets its owner, endorsement and lockout authorization, and"
          + " makes the attestation key; asked for, also a launch register that other users of the"
          + " TPM cannot extend (--register nv), and a launcher secret that the TPM releases in"
          + " approved boot states only (--boot-approver). Safe to run again.",
      "The authorization values are in the state directory and nowhere else: back it up, or the TPM"
          + " must be cleared in the firmware to be used anew."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo signet provision",
      "  sudo signet provision --register nv --boot-approver boot.pub.pem",
      "  signet provision --tpm swtpm:unix:/tmp/t/tpm.sock"
    })
final class ProvisionCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private HostOptions host;

  @ArgGroup(exclusive = false)
  private HardeningOptions hardening = new HardeningOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ProvisionCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      boolean changed,
      String akName,
      String tpm,
      String state,
      String register,
      BootState boot) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Path state = host.state(invocation.environment());
    try (Tpm tpm = host.open(invocation)) {
      return switch (Provisioning.provision(tpm, state, hardening.provisioning())) {
        case Provisioning.Outcome.Refused(Provisioning.Reason reason, String detail) ->
            throw CommandFailure.refused(reason, detail);
        case Provisioning.Outcome.AwaitingApproval(BootState boot, boolean changed) ->
            tell(changed, boot.akName().toHex(), state, null, boot);
        case Provisioning.Outcome.Provisioned(Attestor attestor, boolean changed) ->
            tell(changed, attestor.akName().toHex(), state, register(attestor), null);
      };
    }
  }

  private static String register(Attestor attestor) {
    return attestor
        .nvRegister()
        .map(index -> "NV 0x%08x, moves PCR %d".formatted(index.handle(), index.pcr()))
        .orElse(null);
  }

  private ExitCode tell(boolean changed, String akName, Path state, String register, BootState boot)
      throws IOException {
    String address = host.address(invocation.environment());
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(), changed, akName, address, state.toString(), register, boot));
      return ExitCode.GOOD;
    }
    invocation.say(changed ? "provisioned" : "provisioned before; nothing to do");
    invocation.say("tpm       " + address);
    invocation.say("state     " + state);
    invocation.say("AK Name   " + akName);
    if (register != null) {
      invocation.say("register  " + register);
    }
    if (boot != null) {
      invocation.say("boot      PCRs " + boot.pcrs().keySet() + ", not approved yet");
      invocation.say("next      signet boot state > state.json, for the boot approver to sign");
    } else {
      invocation.say("next      signet enroll --verifier https://… --host NAME");
    }
    return ExitCode.GOOD;
  }
}
