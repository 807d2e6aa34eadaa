// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifierservice.config.ServiceConfig.KeyPlace;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens the place where the configuration says that the private keys are. */
public final class KeyContainers {
  private static final int MAX_PASSWORD_BYTES = 1024;

  private KeyContainers() {}

  /**
   * @param directory of the keys that are files
   * @param providers sign with keys that are in memory
   */
  public static KeyContainer open(KeyPlace place, Path directory, SignatureProviders providers)
      throws IOException {
    return switch (place) {
      case KeyPlace.Files files -> new KeyFiles(directory, providers);
      case KeyPlace.Pkcs12(Path file, Path passwordFile) ->
          new Pkcs12Keys(file, passwordFile, providers);
      case KeyPlace.Pkcs11(Path library, int slot, Path pinFile) ->
          Pkcs11Keys.open(library, slot, pinFile);
    };
  }

  /** The first line of a file that only its owner may read. The caller clears it. */
  static char[] secret(Path file) throws IOException {
    PrivateFiles.requirePrivate(file);
    if (Files.size(file) > MAX_PASSWORD_BYTES) {
      throw new IOException(file + ": expected at most " + MAX_PASSWORD_BYTES + " bytes");
    }
    byte[] bytes = Files.readAllBytes(file);
    CharBuffer text = StandardCharsets.UTF_8.decode(java.nio.ByteBuffer.wrap(bytes));
    Arrays.fill(bytes, (byte) 0);
    int end = 0;
    while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    char[] secret = new char[end];
    text.get(secret);
    Arrays.fill(text.array(), '\0');
    if (end == 0) {
      throw new IOException(file + ": expected a password in the first line");
    }
    return secret;
  }
}
