// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/** Writing a file whole or not at all. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Writes {@code content} to {@code file}: to a new file beside it, onto the disk, then into
   * place. After a crash there is the old file or the new one, never a part.
   *
   * @param force replaces a regular file that exists; nothing else is ever replaced
   */
  static void write(Path file, byte[] content, boolean force, SecureRandom random)
      throws IOException, CommandFailure {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw CommandFailure.usage(
            "expected a new or regular file at " + file + ", got a directory, link or device");
      }
      if (!force) {
        throw exists(file);
      }
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw CommandFailure.usage("expected a directory at " + directory + " to write into");
    }
    Path fresh = directory.resolve("." + file.getFileName() + "." + hex(random) + ".tmp");
    try {
      writeFresh(fresh, content);
      if (force) {
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } else {
        moveWithoutReplacing(fresh, file);
      }
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void moveWithoutReplacing(Path fresh, Path file)
      throws IOException, CommandFailure {
    try {
      Files.createLink(file, fresh); // unlike rename, this never replaces what came meanwhile
    } catch (FileAlreadyExistsException e) {
      throw exists(file);
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.move(fresh, file); // a file system without links
    }
  }

  private static void writeFresh(Path fresh, byte[] content) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
  }

  private static CommandFailure exists(Path file) {
    return CommandFailure.usage(
        file + " exists and is not overwritten; choose another name, or say --force");
  }

  private static String hex(SecureRandom random) {
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
