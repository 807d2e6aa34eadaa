// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Keys as {@code PURPOSE-NUMBER.pem} in a directory: PKCS #8 and the public key, mode 0600. They
 * are then in this process's memory.
 */
final class KeyFiles implements KeyContainer {
  private static final String SUFFIX = "-[0-9]{4}\\.pem";

  private final Path directory;
  private final SignatureProviders providers;

  KeyFiles(Path directory, SignatureProviders providers) throws IOException {
    PrivateFiles.createDirectory(directory);
    this.directory = directory;
    this.providers = providers;
  }

  @Override
  public SortedMap<Integer, SigningKey> keys(KeyPurpose purpose) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(f -> f.getFileName().toString().matches(purpose.wireName() + SUFFIX)).toList();
    }
    SortedMap<Integer, SigningKey> out = new TreeMap<>();
    for (Path file : files) {
      PrivateFiles.requirePrivate(file);
      String name = file.getFileName().toString();
      int number = Integer.parseInt(name.substring(name.length() - 8, name.length() - 4));
      out.put(number, key(file, Pem.decode(file)));
    }
    return out;
  }

  @Override
  public SigningKey create(KeyPurpose purpose, int number) throws IOException {
    Path file = directory.resolve(KeyStore.name(purpose, number) + ".pem");
    KeyPair pair = Pem.newP256();
    PrivateFiles.create(file, Pem.encode(pair));
    return key(file, pair);
  }

  private SigningKey key(Path file, KeyPair pair) throws IOException {
    try {
      return new SigningKey(
          providers.signer(pair.getPrivate()), PublicJwk.of((ECPublicKey) pair.getPublic()));
    } catch (InvalidKeyException e) {
      throw new IOException(file + ": expected a P-256 key: " + e.getMessage(), e);
    }
  }
}
