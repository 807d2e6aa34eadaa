// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A file that holds one credential: an operator's, or a join token. */
final class CredentialFile {
  private static final int MAX_BYTES = 256;
  // RFC 6750 section 2.1, b64token.
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private CredentialFile() {}

  /**
   * Reads it; white space around it does not count.
   *
   * @throws CommandFailure if the file holds something else, of which the message repeats nothing
   */
  static String read(Path file) throws CommandFailure, IOException {
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage(file + ": expected a file with a credential, got a directory");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
    if (bytes.length > MAX_BYTES || !TOKEN.matcher(text).matches()) {
      throw CommandFailure.usage(
          file
              + ": expected one credential of at most "
              + MAX_BYTES
              + " bytes, in letters, digits and . _ ~ + / - =");
    }
    return text;
  }
}
