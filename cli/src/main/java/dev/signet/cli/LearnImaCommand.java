// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.ImaPolicy;
import dev.signet.verifier.ima.ImaLearning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "ima",
    description = {
      "Makes a policy for IMA's log from one or more logs of known-good runs: it allows the content"
          + " of each file that was measured there, and nothing else.",
      "Read it before it is used: it is as good as those runs. Keys of signed files and exclusions"
          + " are for you to write."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet policy learn ima binary_runtime_measurements --out ima-policy.json",
      "  signet policy learn ima host-1.log host-2.log --out ima-policy.json --force"
    })
final class LearnImaCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Logs, in binary or ASCII.")
  private List<Path> files;

  @Mixin private LearntPolicy output;

  LearnImaCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /**
   * @param leftOut what was in the logs and the policy does not allow
   */
  private record Result(
      String outcome, String policy, int files, int buffers, List<String> leftOut) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    output.check();
    ImaLearning learning = new ImaLearning();
    for (Path file : files) {
      learning.add(ImaLogFile.replay(file, invocation));
    }
    ImaPolicy policy = learning.policy();
    output.write(policy, invocation);
    if (output.json()) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              output.toString(),
              policy.files().size(),
              policy.buffers().size(),
              learning.leftOut()));
      return ExitCode.GOOD;
    }
    learning.leftOut().forEach(left -> invocation.note("left out: " + left));
    if (output.toFile()) {
      invocation.say(
          "learnt   %d files, %d buffers: %s"
              .formatted(policy.files().size(), policy.buffers().size(), output));
    }
    return ExitCode.GOOD;
  }
}
