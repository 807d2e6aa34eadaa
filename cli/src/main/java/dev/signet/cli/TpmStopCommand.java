// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmSimulationException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  TpmStopCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * What came of it.
   *
   * @param running whether there was one to stop
   */
  private record Result(String outcome, boolean running) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    SimulatedTpm tpm = TpmStartCommand.simulated(directory);
    boolean running = tpm.isRunning();
    if (running) {
      stop(tpm);
    }
    if (json) {
      invocation.print(new Result(ExitCode.GOOD.outcome(), running));
    } else {
      invocation.say(running ? "stopped" : "was not running");
    }
    return ExitCode.GOOD;
  }

  /** Orderly, since a simulator that is cut off forgets its clock, and verifiers then refuse it. */
  private void stop(SimulatedTpm tpm) throws IOException {
    try {
      tpm.shutDown();
    } catch (TpmSimulationException e) {
      invocation.note("warning: cut off without TPM2_Shutdown: " + e.getMessage());
      tpm.stop();
    }
  }
}
