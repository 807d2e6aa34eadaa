// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reading what a command line names. */
final class InputFile {
  private InputFile() {}

  /**
   * The bytes of {@code file}, or of standard input for {@code -}; one more than {@code maxBytes}
   * of a file that has more, so that the parser refuses it with its own words.
   */
  static byte[] read(Path file, int maxBytes, Invocation invocation)
      throws IOException, CommandFailure {
    if (file.toString().equals("-")) {
      return invocation.in().readNBytes(maxBytes + 1);
    }
    return read(file, maxBytes);
  }

  /** The same of a file only. */
  static byte[] read(Path file, int maxBytes) throws IOException, CommandFailure {
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage("expected a file at " + file + ", got a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(maxBytes + 1);
    }
  }
}
