// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.AttestorException;
import dev.signet.attestor.Deprovisioning;
import dev.signet.attestor.Tpm;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "deprovision",
    description = {
      "Takes back what signet provision made: the TPM's authorization values, the NV launch"
          + " register, and this host's keys. Agents' secrets on this host cannot be read any more;"
          + " the verifier still knows the host (signet host remove). Safe to run again."
    },
    footerHeading = "%nExamples:%n",
    footer = "  sudo signet deprovision")
final class DeprovisionCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private HostOptions host;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  DeprovisionCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, boolean changed) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Path state = host.state(invocation.environment());
    boolean changed;
    try (Tpm tpm = host.open(invocation)) {
      changed = Deprovisioning.deprovision(tpm, state);
    } catch (AttestorException e) {
      throw CommandFailure.refused(e.reason(), e.getMessage());
    }
    if (json) {
      invocation.print(new Result(ExitCode.GOOD.outcome(), changed));
    } else {
      invocation.say(
          changed
              ? "taken back; the TPM is as open as it came"
              : "there was nothing to take back in " + state);
    }
    return ExitCode.GOOD;
  }
}
