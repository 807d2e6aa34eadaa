// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/** Where one simulated TPM lives: its state, its sockets, its log. Only the owner may enter. */
record TpmDirectory(Path path) {
  /** sun_path holds 108 bytes with its terminator; ".ctrl" is the longest suffix. */
  private static final int MAX_SOCKET_PATH = 107;

  TpmDirectory {
    path = path.toAbsolutePath().normalize();
    int length = path.resolve("s.ctrl").toString().length();
    if (length > MAX_SOCKET_PATH) {
      throw new IllegalArgumentException(
          "expected a socket path of at most "
              + MAX_SOCKET_PATH
              + " bytes, "
              + path
              + "/s.ctrl has "
              + length
              + "; use a shorter directory");
    }
  }

  Path state() {
    return path.resolve("state");
  }

  /** The data socket. tpm2-tools look for the control socket under the same name plus .ctrl. */
  Path dataSocket() {
    return path.resolve("s");
  }

  Path controlSocket() {
    return path.resolve("s.ctrl");
  }

  Path log() {
    return path.resolve("swtpm.log");
  }

  Path pidFile() {
    return path.resolve("swtpm.pid");
  }

  void create() throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(path, ownerOnly);
    Files.createDirectories(state(), ownerOnly);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
  }

  boolean manufactured() {
    return Files.exists(permanent(state()));
  }

  void clearSockets() throws IOException {
    Files.deleteIfExists(dataSocket());
    Files.deleteIfExists(controlSocket());
    Files.deleteIfExists(pidFile());
  }

  /** Copies the TPM's memory: permanent, and what Shutdown(STATE) kept. */
  static void copyState(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> old = Files.list(to)) {
      for (Path file : old.filter(TpmDirectory::isState).toList()) {
        Files.delete(file);
      }
    }
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(TpmDirectory::isState).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  static boolean holdsState(Path directory) {
    return Files.exists(permanent(directory));
  }

  private static Path permanent(Path directory) {
    return directory.resolve("tpm2-00.permall");
  }

  private static boolean isState(Path file) {
    return file.getFileName().toString().startsWith("tpm2-");
  }
}
