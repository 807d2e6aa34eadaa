// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.Verification;
import java.io.IOException;
import java.nio.file.Path;

/** A file with a whole log of IMA, in binary or in ASCII. */
final class ImaLogFile {
  private ImaLogFile() {}

  static byte[] read(Path file, Invocation invocation) throws IOException, CommandFailure {
    byte[] log = InputFile.read(file, Limits.IMA_LOG_BYTES, invocation);
    if (log.length > Limits.IMA_LOG_BYTES) {
      throw CommandFailure.usage(
          file + ": expected at most " + Limits.IMA_LOG_BYTES + " bytes, got more");
    }
    return log;
  }

  /** Replays it to its end. */
  static ImaReplay replay(Path file, Invocation invocation) throws IOException, CommandFailure {
    return switch (ImaReplay.ofFile(read(file, invocation))) {
      case Verification.Authentic<ImaReplay>(ImaReplay replay) -> replay;
      case Verification.Refused<ImaReplay>(Refusal reason, String detail) ->
          throw CommandFailure.notAuthentic(reason, file + ": " + detail);
    };
  }
}
