// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.StrictJson;
import dev.signet.verifier.appraisal.FirmwareLogLearning;
import dev.signet.verifier.eventlog.FirmwareLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the policy. Default: standard output.")
  private Path out;

  @Option(names = "--force", description = "Overwrite the file.")
  private boolean force;

  @Option(names = "--json", description = "Print one JSON object (with --out).")
  private boolean json;

  LearnEventLogCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(
      String outcome, String policy, int components, SortedSet<Integer> judgedPcrs) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    if (json && out == null) {
      throw CommandFailure.usage("--json: expected --out too; without it the policy is the output");
    }
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
    byte[] document = (StrictJson.pretty(policy) + "\n").getBytes(StandardCharsets.UTF_8);
    if (out == null) {
      invocation.write(document);
      return ExitCode.GOOD;
    }
    OutputFile.write(out, document, force, invocation.random().get());
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              out.toString(),
              policy.components().size(),
              policy.judged()));
    } else {
      invocation.say(
          "learnt   %d components of PCRs %s: %s"
              .formatted(policy.components().size(), policy.judged(), out));
    }
    return ExitCode.GOOD;
  }
}
