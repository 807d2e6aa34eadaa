// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.verifierservice.config.ConfigException;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.keys.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A new verifier's directory: a configuration, an empty directory for maker certificates, and the
 * credential of a first operator. Keys and certificate are made at the first start.
 */
public final class ServiceDirectory {
  private static final int TOKEN_BYTES = 32;

  private ServiceDirectory() {}

  /**
   * What was made.
   *
   * @param config the configuration file
   * @param operatorCredential the first operator's bearer token, mode 0600
   * @param makers where the TPM makers' certificates go
   */
  public record Created(Path config, Path operatorCredential, Path makers) {}

  /**
   * @param directory not there yet, or empty
   * @param issuer {@code https://host[:port]}, the verifier's name for ever
   * @param port of the API on every address of {@code host}; 0 lets the system choose
   * @throws FileAlreadyExistsException if there is something in the directory
   */
  public static Created create(
      Path directory, String issuer, String host, int port, SecureRandom random)
      throws IOException, ConfigException {
    PrivateFiles.createDirectory(directory);
    try (var entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw new FileAlreadyExistsException(
            directory + ": expected a new or empty directory for a new verifier");
      }
    }
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    byte[] token = Bytes.of(bytes).toBase64Url().getBytes(StandardCharsets.US_ASCII);
    Path config = directory.resolve("signet-verifier.yaml");
    byte[] yaml = yaml(issuer, host, port, Digest.hash(token)).getBytes(StandardCharsets.UTF_8);
    ServiceConfig.parse(config.toString(), yaml, directory);
    Path credential = directory.resolve("operator-token");
    PrivateFiles.create(credential, token);
    Arrays.fill(token, (byte) 0);
    Arrays.fill(bytes, (byte) 0);
    Path makers = directory.resolve("makers");
    PrivateFiles.createDirectory(makers);
    PrivateFiles.create(config, yaml);
    return new Created(config, credential, makers);
  }

  private static String yaml(String issuer, String host, int port, Digest token) {
    return """
        # Every key is documented in signet-verifier.example.yaml.
        issuer: %s
        listen:
          host: %s
          port: %d
        tls:
          generate: true
          names: [%s]
        dataDir: data
        # Put the certificates of the TPM makers that you trust here.
        makers: makers
        allowSimulators: false
        operators:
          # The credential is in operator-token; move it off this machine.
          - name: first
            roles: [admit, register, revoke, lower-floor, reinstate, audit, rotate]
            tokenSha256: %s
        """
        .formatted(
            issuer, host, port, host.equals("127.0.0.1") ? "localhost, 127.0.0.1" : host, token);
  }
}
