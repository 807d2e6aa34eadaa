// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** Signing keys in PEM files: PKCS#8 for the private key, SubjectPublicKeyInfo for the public. */
public final class KeyFiles {
  private static final int MAX_BYTES = 16 * 1024;

  private KeyFiles() {}

  /** Reads a private key with its public key, as {@link #create} and OpenSSL write it. */
  public static SigningKey readPrivate(Path file) throws IOException, KeyFormatException {
    byte[] pem = read(file);
    try {
      return P256Pem.parsePrivate(pem);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  public static PublicJwk readPublic(Path file) throws IOException, KeyFormatException {
    return P256Pem.parsePublic(read(file));
  }

  /** Parses one PEM block {@code PUBLIC KEY} with a P-256 key. */
  public static PublicJwk parsePublic(byte[] pem) throws KeyFormatException {
    return P256Pem.parsePublic(pem);
  }

  /**
   * Writes a key pair. The private file can be read by its owner only; nothing is overwritten.
   *
   * @throws FileAlreadyExistsException if one of the files exists; neither is changed then
   */
  public static void create(SigningKey key, Path privateFile, Path publicFile) throws IOException {
    if (Files.exists(publicFile, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(publicFile.toString());
    }
    byte[] secret = P256Pem.writePrivate(key);
    try {
      write(privateFile, secret, "rw-------");
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
    try {
      write(publicFile, P256Pem.writePublic(key.publicKey()), "rw-r--r--");
    } catch (IOException e) {
      Files.delete(privateFile); // made a moment ago, by us, and of no use without the other
      throw e;
    }
  }

  private static byte[] read(Path file) throws IOException, KeyFormatException {
    if (Files.isDirectory(file)) {
      throw new KeyFormatException("expected a key file, got a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new KeyFormatException("expected a key file of at most " + MAX_BYTES + " bytes");
      }
      return bytes;
    }
  }

  private static void write(Path file, byte[] content, String permissions) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
  }
}
