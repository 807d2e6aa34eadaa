// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.protocol.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;

/**
 * A JAR in a place that belongs to one launch. What is measured is this copy, read back after it
 * was made read-only, and it is what the agent runs: nobody can change the original in between.
 */
public final class PrivateCopy implements Closeable {
  private static final int PIECE = 64 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final Object identity;
  private final Digest digest;
  private final long bytes;

  private PrivateCopy(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.identity = identity(path);
    this.digest = hash(channel);
    this.bytes = channel.size();
  }

  /**
   * Copies and measures a JAR.
   *
   * @param source a regular file, not a symbolic link
   * @param maxBytes the longest JAR to accept
   * @throws IOException if the source is something else, is too long, or cannot be copied
   */
  public static PrivateCopy of(Path source, LaunchDirectory directory, long maxBytes)
      throws IOException {
    return of(source, directory, "agent.jar", maxBytes);
  }

  /**
   * The same under another name.
   *
   * @param name of the copy, which no other copy has
   */
  static PrivateCopy of(Path source, LaunchDirectory directory, String name, long maxBytes)
      throws IOException {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    BasicFileAttributes attributes =
        Files.readAttributes(source, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(
          "the JAR must be a regular file, not a link, directory or device: " + source);
    }
    Path copy = directory.jar().resolve(name);
    copy(source, copy, maxBytes);
    if (directory.user().isPresent()) {
      Files.setAttribute(copy, "unix:gid", directory.user().get().gid(), LinkOption.NOFOLLOW_LINKS);
    }
    Files.setPosixFilePermissions(
        copy,
        PosixFilePermissions.fromString(directory.user().isPresent() ? "r--r-----" : "r--------"));
    FileChannel channel =
        FileChannel.open(copy, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      return new PrivateCopy(copy, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Where the copy is. */
  public Path path() {
    return path;
  }

  /** SHA-256 of the whole copy. */
  public Digest digest() {
    return digest;
  }

  /** Its length. */
  public long bytes() {
    return bytes;
  }

  /**
   * Reads the copy again through the file that was opened when it was measured, and looks whether
   * its path still leads to that file. To be called right before the start (ATTACKS 28).
   *
   * @throws IOException if it is not what was measured
   */
  public void requireUnchanged() throws IOException {
    Digest now = hash(channel);
    if (!now.equals(digest)) {
      throw new IOException(
          "the private copy of the JAR was changed: measured " + digest + ", now " + now);
    }
    if (!identity(path).equals(identity)) {
      throw new IOException("the private copy of the JAR was replaced: " + path);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static void copy(Path source, Path copy, long maxBytes) throws IOException {
    try (SeekableByteChannel in =
            Files.newByteChannel(
                source, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        SeekableByteChannel out =
            Files.newByteChannel(
                copy,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      long copied = 0;
      while (in.read(piece) >= 0) {
        copied += piece.position();
        if (copied > maxBytes) {
          throw new IOException(
              "the JAR is longer than the " + maxBytes + " bytes that are accepted: " + source);
        }
        piece.flip();
        while (piece.hasRemaining()) {
          out.write(piece);
        }
        piece.clear();
      }
    }
  }

  private static Digest hash(FileChannel channel) throws IOException {
    MessageDigest digest = Digest.sha256();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (long at = 0; channel.read(piece, at) >= 0; piece.clear()) {
      at += piece.position();
      digest.update(piece.flip());
    }
    return Digest.ofDigest(digest.digest());
  }

  /** Device and inode. */
  private static Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
