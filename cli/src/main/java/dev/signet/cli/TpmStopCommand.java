// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "stop",
    description = "Stops a simulated TPM that 'signet tpm start' started.",
    footerHeading = "%nExamples:%n",
    footer = "  signet tpm stop /tmp/tpm")
final class TpmStopCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(paramLabel = "DIR", description = "The TPM's directory.")
  private Path directory;

  TpmStopCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public ExitCode run() throws IOException {
    SimulatedTpm tpm = SimulatedTpm.in(directory);
    boolean running = tpm.isRunning();
    tpm.stop();
    invocation.say(running ? "stopped" : "was not running");
    return ExitCode.GOOD;
  }
}
