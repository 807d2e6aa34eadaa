// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.Digest;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request body that is kept until its digest is known, since the digest is signed before the body
 * is sent. In memory up to a limit, then in a file that only the launcher's user can open and that
 * has no name from the moment it exists. Used by one thread at a time.
 */
final class BodySpool {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Logger LOG = LoggerFactory.getLogger(BodySpool.class);

  private final Path directory;
  private final int memoryLimit;
  private final SpoolBudget budget;
  private final MessageDigest digest = Digest.sha256();
  private ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private FileChannel file;
  private long length;
  private boolean discarded;

  /**
   * @param directory a private directory of the launch
   * @param memoryLimit bytes that may stay in memory
   * @param budget what all bodies of the proxy share
   */
  BodySpool(Path directory, int memoryLimit, SpoolBudget budget) {
    this.directory = directory;
    this.memoryLimit = memoryLimit;
    this.budget = budget;
  }

  long length() {
    return length;
  }

  /**
   * Takes all readable bytes; the caller still releases {@code content}.
   *
   * @throws RefusedRequestException if the bodies of the proxy leave no room for them
   */
  void write(ByteBuf content) throws IOException, RefusedRequestException {
    budget.take(content.readableBytes());
    length += content.readableBytes();
    ByteBuffer bytes = content.nioBuffer();
    digest.update(bytes.duplicate());
    if (file == null && length > memoryLimit) {
      file = openNameless();
      writeFully(ByteBuffer.wrap(memory.toByteArray()));
      memory = null;
    }
    if (file == null) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      memory.writeBytes(copy);
    } else {
      writeFully(bytes);
    }
  }

  /** The SHA-256 of everything written. The body may be sent several times after this. */
  byte[] finish() {
    return digest.digest();
  }

  boolean inMemory() {
    return file == null;
  }

  byte[] bytes() {
    return memory.toByteArray();
  }

  /** Reads up to the buffer's room from {@code position} of a body that is in a file. */
  void read(ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining() && at < length) {
      int read = file.read(into, at);
      if (read < 0) {
        throw new IOException("the spooled body is shorter than when it was written");
      }
      at += read;
    }
  }

  /** Forgets the body; its file, having no name, goes with the channel. Idempotent. */
  void discard() {
    if (discarded) {
      return;
    }
    discarded = true;
    memory = null;
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("a spooled body could not be closed: {}", e.toString());
      }
    }
    // Last: the room is free only now.
    budget.giveBack(length);
  }

  private FileChannel openNameless() throws IOException {
    Path path = Files.createTempFile(directory, "body", null, OWNER_ONLY);
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      // The open channel keeps the bytes; a killed launcher then leaves nothing behind.
      Files.delete(path);
    }
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
