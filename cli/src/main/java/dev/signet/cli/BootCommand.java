// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.BootApproval;
import dev.signet.attestor.BootState;
import dev.signet.attestor.HostBoot;
import dev.signet.attestor.Tpm;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "boot",
    description = {
      "Approves the boot states in which a host's launcher secret is released (signet provision"
          + " --boot-approver): after an update of firmware or boot loader there is a new one.",
    },
    subcommands = {BootCommand.Show.class, BootCommand.Approve.class, BootCommand.Accept.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet boot state > state.json                               on the host",
      "  signet boot approve state.json --key boot.pem > approval.json   where the key is",
      "  signet boot accept approval.json                             on the host"
    })
final class BootCommand {

  /** Reads one of the files that go between host and approver. */
  private static <T> T read(Path file, Class<T> type, Invocation invocation)
      throws IOException, CommandFailure {
    byte[] json = InputFile.read(file, Limits.SMALL_MESSAGE_BYTES, invocation);
    try {
      return StrictJson.decode(json, type, Limits.SMALL_MESSAGE_BYTES);
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(file + ": " + e.getMessage());
    }
  }

  @Command(
      name = "state",
      description = "Prints the boot state that this host is in, as JSON, for its approver.",
      footerHeading = "%nExamples:%n",
      footer = "  signet boot state > state.json")
  static final class Show implements SignetCommand {
    private final Invocation invocation;

    @Mixin private HostOptions host;

    Show(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      try (Tpm tpm = host.open(invocation)) {
        HostBoot boot = HostBoot.of(tpm, host.state(invocation.environment()));
        invocation.print(boot.state());
        if (!boot.approved()) {
          invocation.note("nobody approved this boot state yet");
        }
        return ExitCode.GOOD;
      }
    }
  }

  @Command(
      name = "approve",
      description = {
        "Signs a host's boot state, and prints the approval. Compare the values with those of a"
            + " machine that was updated alike, before you do; an approval has no end."
      },
      footerHeading = "%nExamples:%n",
      footer = "  signet boot approve state.json --key boot.pem > approval.json")
  static final class Approve implements SignetCommand {
    private final Invocation invocation;

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "The approver's private key, P-256 in PEM; used for nothing else.")
    private Path keyFile;

    @Parameters(paramLabel = "STATE", description = "What signet boot state printed, or -.")
    private Path file;

    Approve(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      BootState state = read(file, BootState.class, invocation);
      SigningKey key;
      try {
        key = KeyFiles.readPrivate(keyFile);
      } catch (KeyFormatException e) {
        throw CommandFailure.usage(keyFile + ": " + e.getMessage());
      }
      state.pcrs().forEach((pcr, value) -> invocation.note("PCR %d  %s".formatted(pcr, value)));
      invocation.note("approved for the host with AK Name " + state.akName().toHex());
      invocation.print(state.approved(key.signPolicy(state.toSign(), invocation.random().get())));
      return ExitCode.GOOD;
    }
  }

  @Command(
      name = "accept",
      description = "Keeps an approval on this host; its TPM judges it when the secret is needed.",
      footerHeading = "%nExamples:%n",
      footer = "  signet boot accept approval.json")
  static final class Accept implements SignetCommand {
    private final Invocation invocation;

    @Mixin private HostOptions host;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Parameters(paramLabel = "APPROVAL", description = "What signet boot approve printed, or -.")
    private Path file;

    Accept(Invocation invocation) {
      this.invocation = invocation;
    }

    private record Result(String outcome, boolean approvedNow) {}

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      BootApproval approval = read(file, BootApproval.class, invocation);
      try (Tpm tpm = host.open(invocation)) {
        HostBoot boot = HostBoot.of(tpm, host.state(invocation.environment()));
        try {
          boot.accept(approval);
        } catch (IllegalArgumentException e) {
          throw CommandFailure.refused("BOOT_NOT_APPROVED", e.getMessage());
        }
        boolean now = boot.approved();
        if (json) {
          invocation.print(new Result(ExitCode.GOOD.outcome(), now));
        } else {
          invocation.say("accepted");
          invocation.say(
              now
                  ? "the boot state that this host is in is approved"
                  : "it is not of the boot state that this host is in now");
        }
        return ExitCode.GOOD;
      }
    }
  }
}
