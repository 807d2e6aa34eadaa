// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.file.Path;

/** A file with a policy for IMA's log. */
final class ImaPolicyFile {
  private ImaPolicyFile() {}

  static ImaPolicy read(Path file) throws IOException, CommandFailure {
    byte[] json = InputFile.read(file, Limits.IMA_POLICY_BYTES);
    try {
      return StrictJson.decode(json, ImaPolicy.class, Limits.IMA_POLICY_BYTES);
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(file + " is no policy for IMA's log: " + e.getMessage());
    }
  }
}
