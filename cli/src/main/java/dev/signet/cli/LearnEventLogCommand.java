// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.verifier.appraisal.FirmwareLogLearning;
import dev.signet.verifier.eventlog.FirmwareLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "eventlog",
    description = {
      "Makes a policy for the firmware event log from one or more logs of known-good boots: it"
          + " allows what they show, and nothing else.",
      "Read it before it is used: it is as good as those boots. signet agent register --boot-policy"
          + " takes it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet policy learn eventlog /sys/kernel/security/tpm0/binary_bios_measurements \\",
      "      --waive-pcr 1=\"boot order is the owner's\" --out boot-policy.json",
      "  signet policy learn eventlog old-kernel.bin new-kernel.bin --out boot-policy.json --force"
    })
final class LearnEventLogCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Logs of whole boots.")
  private List<Path> files;

  @Option(
      names = "--waive-pcr",
      paramLabel = "PCR=REASON",
      description = "A PCR that is quoted and is not to be judged. May be repeated.")
  private Map<Integer, String> waived = new TreeMap<>();

  @Mixin private LearntPolicy output;

  LearnEventLogCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(
      String outcome, String policy, int components, SortedSet<Integer> judgedPcrs) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    output.check();
    List<FirmwareLog> logs = new ArrayList<>();
    for (Path file : files) {
      logs.add(FirmwareLogFile.read(file, invocation));
    }
    FirmwareLogPolicy policy;
    try {
      policy = FirmwareLogLearning.learn(logs, waived);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    output.write(policy, invocation);
    if (!output.toFile()) {
      return ExitCode.GOOD;
    }
    if (output.json()) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              output.toString(),
              policy.components().size(),
              policy.judged()));
    } else {
      invocation.say(
          "learnt   %d components of PCRs %s: %s"
              .formatted(policy.components().size(), policy.judged(), output));
    }
    return ExitCode.GOOD;
  }
}
