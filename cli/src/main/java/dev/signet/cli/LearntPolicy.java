// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a policy that was learnt goes. */
final class LearntPolicy {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the policy. Default: standard output.")
  private Path out;

  @Option(names = "--force", description = "Overwrite the file.")
  private boolean force;

  @Option(names = "--json", description = "Print one JSON object (with --out).")
  private boolean json;

  /** Before anything is read. */
  void check() throws CommandFailure {
    if (json && out == null) {
      throw CommandFailure.usage("--json: expected --out too; without it the policy is the output");
    }
  }

  void write(Object policy, Invocation invocation) throws IOException, CommandFailure {
    byte[] document = (StrictJson.pretty(policy) + "\n").getBytes(StandardCharsets.UTF_8);
    if (out == null) {
      invocation.write(document);
    } else {
      OutputFile.write(out, document, force, invocation.random().get());
    }
  }

  boolean toFile() {
    return out != null;
  }

  boolean json() {
    return json;
  }

  /** The file's name. */
  @Override
  public String toString() {
    return String.valueOf(out);
  }
}
