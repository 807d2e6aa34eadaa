// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** Programs of the system that only root can have put there; never looked for in PATH. */
public final class TrustedProgram {
  private static final String[] DIRECTORIES = {"/usr/bin", "/bin", "/usr/sbin", "/sbin"};

  private TrustedProgram() {}

  /** The program of this name in a directory of the system, if root alone can change it. */
  public static Optional<Path> find(String name) throws IOException {
    for (String directory : DIRECTORIES) {
      Path program = Path.of(directory, name);
      if (Files.isRegularFile(program, LinkOption.NOFOLLOW_LINKS)) {
        PosixFileAttributes attributes =
            Files.readAttributes(program, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (attributes.owner().getName().equals("root")
            && permissions.contains(PosixFilePermission.OTHERS_EXECUTE)
            && !permissions.contains(PosixFilePermission.GROUP_WRITE)
            && !permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }
}
