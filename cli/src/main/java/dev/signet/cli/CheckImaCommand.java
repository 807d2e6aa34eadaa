// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaFinding;
import dev.signet.verifier.ima.ImaFindings;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "ima",
    description = {
      "Reads IMA's log, such as /sys/kernel/security/ima/binary_runtime_measurements (or the ASCII"
          + " one), replays it on the SHA-256 bank of PCR 10, and compares it with a policy.",
      "Without --pcr nothing proves that the log is whole or true."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a well-formed log that leads to --pcr and that the policy allows",
      "1:the policy does not allow something in it",
      "2:not a log of IMA, or it does not lead to --pcr"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check ima binary_runtime_measurements --policy ima-policy.json",
      "  signet check ima binary_runtime_measurements --pcr HEX --json"
    })
final class CheckImaCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(paramLabel = "FILE", description = "The log, or - for standard input.")
  private Path file;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "What may be in the log, see signet policy learn ima.")
  private Path policyFile;

  @Option(
      names = "--pcr",
      paramLabel = "HEX",
      description = {
        "The value of PCR 10 in the SHA-256 bank. The log may have grown since it was read."
      })
  private String pcr;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckImaCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * @param pcrs what the entries lead to, by bank and index
   * @param entries that were replayed
   * @param differences what the policy does not allow, the first of them
   * @param notAllowed how many entries
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      Map<String, Map<String, String>> pcrs,
      long entries,
      long bytes,
      List<ImaFinding> differences,
      Long notAllowed) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    ImaReplay replay = replay();
    ImaFindings found = null;
    if (policyFile != null) {
      found = appraiser(ImaPolicyFile.read(policyFile)).findings(replay, Map.of());
    }
    ExitCode code = found == null || found.total() == 0 ? ExitCode.GOOD : ExitCode.REFUSED;
    if (json) {
      invocation.print(result(code, replay.reached(), found));
    } else {
      describe(replay.reached(), found);
    }
    return code;
  }

  private ImaReplay replay() throws IOException, CommandFailure {
    if (pcr == null) {
      return ImaLogFile.replay(file, invocation);
    }
    Digest quoted;
    try {
      quoted = Digest.parseHex(pcr);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--pcr: " + e.getMessage());
    }
    byte[] log = ImaLogFile.read(file, invocation);
    return switch (ImaReplay.towards(log, ImaPosition.START, quoted, false)) {
      case Verification.Authentic<ImaReplay>(ImaReplay replay) -> replay;
      case Verification.Refused<ImaReplay>(Refusal reason, String detail) ->
          throw CommandFailure.notAuthentic(reason, file + ": " + detail);
    };
  }

  private ImaAppraiser appraiser(ImaPolicy policy) throws CommandFailure {
    try {
      return new ImaAppraiser(policy);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(policyFile + ": keys: " + e.getMessage());
    }
  }

  private static Result result(ExitCode code, ImaPosition reached, ImaFindings found) {
    return new Result(
        code.outcome(),
        code.code(),
        found == null
            ? List.of()
            : found.first().stream()
                .map(f -> new Finding(Refusal.IMA_NOT_APPROVED.name(), f.toString()))
                .toList(),
        Map.of("sha256", Map.of("10", reached.value().toHex())),
        reached.entries(),
        reached.bytes(),
        found == null ? null : found.first(),
        found == null ? null : found.total());
  }

  private void describe(ImaPosition reached, ImaFindings found) {
    invocation.say("entries  " + reached.entries());
    invocation.say("PCR 10   " + reached.value().toHex() + (pcr == null ? "" : "  (as given)"));
    if (found == null) {
      invocation.note("nothing was compared; --policy FILE says what may be in the log");
      return;
    }
    for (ImaFinding finding : found.first()) {
      invocation.note("refused: " + Refusal.IMA_NOT_APPROVED + ": " + finding);
    }
    if (found.total() == 0) {
      invocation.say("good     the policy allows every entry");
    } else {
      invocation.note("entries that the policy does not allow: " + found.total());
    }
  }
}
