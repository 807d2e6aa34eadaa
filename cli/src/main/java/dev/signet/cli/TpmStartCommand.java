// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import dev.signet.tpmsim.TpmSimulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "start",
    description = {
      "Starts a simulated TPM (swtpm) in a directory, manufacturing it first if there is none, and"
          + " prints its address. It runs until 'signet tpm stop DIR'.",
      "A simulated TPM protects nothing: its secrets are files."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  signet tpm start /tmp/tpm", "  signet tpm start /tmp/tpm2 --maker /tmp/maker"})
final class TpmStartCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(paramLabel = "DIR", description = "The TPM's directory.")
  private Path directory;

  @Option(
      names = "--maker",
      paramLabel = "DIR",
      description = "The maker's directory, founded if there is none. Default: DIR/maker.")
  private Path maker;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  TpmStartCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, String tpm, String tcti, String makerRoot, String issuer) {}

  /** The TPM of a directory whose name is short enough for a socket. */
  static SimulatedTpm simulated(Path directory) throws CommandFailure, IOException {
    try {
      return SimulatedTpm.in(directory);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Optional<String> missing = TpmSimulation.missing();
    if (missing.isPresent()) {
      throw CommandFailure.unavailable(missing.get(), null);
    }
    SimulatedTpm tpm = simulated(directory);
    Path makerDirectory = maker == null ? directory.resolve("maker") : maker;
    Files.createDirectories(makerDirectory);
    TpmMaker made = TpmMaker.in(makerDirectory, "Signet simulated TPMs", invocation.random().get());
    if (!tpm.isManufactured()) {
      tpm = made.manufacture(directory);
    }
    if (!tpm.isRunning()) {
      tpm.startDetached();
    }
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              tpm.address(),
              tpm.tcti(),
              made.rootFile().toString(),
              made.issuerFile().toString()));
    } else {
      invocation.say("running     " + tpm.address());
      invocation.say("tpm2-tools  export TPM2TOOLS_TCTI=" + tpm.tcti());
      invocation.say("maker       " + made.rootFile() + "  " + made.issuerFile());
      invocation.say("stop        signet tpm stop " + directory);
    }
    return ExitCode.GOOD;
  }
}
