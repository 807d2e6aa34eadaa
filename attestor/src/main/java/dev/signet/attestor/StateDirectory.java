// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import com.sun.security.auth.module.UnixSystem;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that only its owner enters, with small JSON files that are either wholly the old or
 * wholly the new ones.
 */
record StateDirectory(Path path) {
  /** The largest is an intent: a log line of 64 KiB in base64. */
  private static final int MAX_FILE = 2 * Limits.LAUNCH_RECORD_BYTES;

  private static final FileAttribute<?> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  static StateDirectory create(Path path) throws IOException {
    Files.createDirectories(path, OWNER_DIRECTORY);
    return open(path);
  }

  /**
   * @throws AttestorException if others than the owner may enter
   */
  static StateDirectory open(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      throw new AttestorException(
          AttestorException.Reason.NOT_PROVISIONED,
          "expected a state directory at " + path + ", found none; run signet provision");
    }
    Set<PosixFilePermission> open = EnumSet.copyOf(Files.getPosixFilePermissions(path));
    open.removeAll(PosixFilePermissions.fromString("rwx------"));
    if (!open.isEmpty()) {
      throw new AttestorException(
          AttestorException.Reason.STATE_UNREADABLE,
          "expected "
              + path
              + " to be open to its owner only, it is also "
              + open
              + "; chmod 700 it, and provision anew if others may have read it");
    }
    requireOwn(path);
    return new StateDirectory(path);
  }

  /** Whoever owns it chooses the verifier, its keys and the log: root must not take another's. */
  private static void requireOwn(Path path) throws IOException {
    long own = new UnixSystem().getUid();
    long owner = ((Number) Files.getAttribute(path, "unix:uid")).longValue() & 0xffffffffL;
    if (owner != (own & 0xffffffffL)) {
      throw new AttestorException(
          AttestorException.Reason.STATE_UNREADABLE,
          "expected "
              + path
              + " to be owned by the user who runs Signet, uid "
              + own
              + ", its owner is "
              + owner
              + "; run Signet as that user, or give it a directory of its own");
    }
  }

  StateDirectory child(String name) throws IOException {
    return create(path.resolve(name));
  }

  <T> Optional<T> read(String name, Class<T> type) throws IOException {
    byte[] json;
    try {
      if (Files.size(path.resolve(name)) > MAX_FILE) {
        throw unreadable(name, "it has more than " + MAX_FILE + " bytes", null);
      }
      json = Files.readAllBytes(path.resolve(name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(StrictJson.decode(json, type, MAX_FILE));
    } catch (MalformedMessageException e) {
      throw unreadable(name, e.getMessage(), e);
    }
  }

  /** Replaces a file; on return it is on the disk. */
  void write(String name, Object value) throws IOException {
    replace(name, StrictJson.encode(value));
  }

  void replace(String name, byte[] content) throws IOException {
    Path temporary = path.resolve(name + ".new");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OWNER_FILE)) {
      writeFully(channel, content);
    }
    try {
      Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("expected a file system with atomic renames at " + path, e);
    }
    sync();
  }

  void delete(String name) throws IOException {
    if (Files.deleteIfExists(path.resolve(name))) {
      sync();
    }
  }

  static void writeFully(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    channel.force(true);
  }

  /** Makes renames and deletions in the directory lasting. */
  void sync() throws IOException {
    try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private AttestorException unreadable(String name, String why, Throwable cause) {
    return new AttestorException(
        AttestorException.Reason.STATE_UNREADABLE,
        "cannot read "
            + path.resolve(name)
            + ": "
            + why
            + "; restore it from a backup or provision anew",
        cause);
  }
}
