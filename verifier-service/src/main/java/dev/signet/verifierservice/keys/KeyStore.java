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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The verifier's keys, one for each purpose, as {@code PURPOSE-NUMBER.pem} (PKCS #8 and the public
 * key, mode 0600). Several token keys may be there: the highest number signs, all are trusted.
 */
public final class KeyStore {
  private final List<SigningKey> token;
  private final SigningKey snapshot;
  private final SigningKey approval;

  private KeyStore(List<SigningKey> token, SigningKey snapshot, SigningKey approval) {
    this.token = List.copyOf(token);
    this.snapshot = snapshot;
    this.approval = approval;
  }

  /**
   * Reads the keys, and makes those that are missing.
   *
   * @param providers sign
   */
  public static KeyStore open(Path directory, SignatureProviders providers) throws IOException {
    PrivateFiles.createDirectory(directory);
    return new KeyStore(
        keys(directory, KeyPurpose.TOKEN, providers),
        keys(directory, KeyPurpose.SNAPSHOT, providers).getLast(),
        keys(directory, KeyPurpose.APPROVAL, providers).getLast());
  }

  /** Signs identity tokens. */
  public SigningKey token() {
    return token.getLast();
  }

  /** Every key whose tokens are accepted. */
  public List<PublicJwk> tokenKeys() {
    return token.stream().map(SigningKey::publicJwk).toList();
  }

  /** Signs trust snapshots. */
  public SigningKey snapshot() {
    return snapshot;
  }

  /** Signs state approvals, and nothing else: what it signs has no domain tag of its own. */
  public SigningKey approval() {
    return approval;
  }

  private static List<SigningKey> keys(
      Path directory, KeyPurpose purpose, SignatureProviders providers) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(
                  f -> f.getFileName().toString().matches(purpose.wireName() + "-[0-9]{4}\\.pem"))
              .sorted()
              .toList();
    }
    if (files.isEmpty()) {
      Path file = directory.resolve(purpose.wireName() + "-0001.pem");
      KeyPair pair = Pem.newP256();
      PrivateFiles.create(file, Pem.encode(pair));
      files = List.of(file);
    }
    List<SigningKey> out = new ArrayList<>();
    for (Path file : files) {
      PrivateFiles.requirePrivate(file);
      KeyPair pair = Pem.decode(file);
      try {
        out.add(
            new SigningKey(
                providers.signer(pair.getPrivate()), PublicJwk.of((ECPublicKey) pair.getPublic())));
      } catch (InvalidKeyException e) {
        throw new IOException(file + ": expected a P-256 key: " + e.getMessage(), e);
      }
    }
    return out;
  }
}
