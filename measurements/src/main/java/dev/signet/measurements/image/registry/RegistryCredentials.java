// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** A name and a password for one registry. Never printed. */
public final class RegistryCredentials {
  private static final int MAX_FILE_BYTES = 1 << 20;

  private final String nameAndPassword;

  private RegistryCredentials(String nameAndPassword) {
    this.nameAndPassword = nameAndPassword;
  }

  public static RegistryCredentials of(String name, String password) {
    return new RegistryCredentials(name + ":" + password);
  }

  /**
   * Reads a file in the form of Docker's {@code config.json}; programs that it names are not run.
   *
   * @return empty if it has nothing for {@code registry}
   * @throws IOException if it cannot be read or is in another form
   */
  public static Optional<RegistryCredentials> read(Path file, String registry) throws IOException {
    JsonNode auth;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      auth = StrictJson.tree(bytes, MAX_FILE_BYTES).path("auths").path(registry).path("auth");
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": expected JSON as docker login writes it", e);
    }
    if (!auth.isTextual()) {
      return Optional.empty();
    }
    try {
      String decoded =
          new String(Base64.getDecoder().decode(auth.asText()), StandardCharsets.UTF_8);
      if (decoded.indexOf(':') > 0) {
        return Optional.of(new RegistryCredentials(decoded));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": expected base64 in auth of " + registry, e);
    }
    throw new IOException(file + ": expected NAME:PASSWORD in auth of " + registry);
  }

  String header() {
    return "Basic "
        + Base64.getEncoder().encodeToString(nameAndPassword.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "RegistryCredentials[…]";
  }
}
