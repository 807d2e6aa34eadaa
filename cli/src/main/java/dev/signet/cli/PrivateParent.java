// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Where launches keep their private copies: on a tmpfs where there is one. */
final class PrivateParent {
  private static final String OWNER_ONLY = "rwx------";

  /** Where root's are; {@code signet-agent@.service} makes it. */
  static final Path OF_ROOT = Path.of("/run/signet");

  /** An agent with a user of its own must get through. */
  private static final String PASSED_THROUGH = "rwx--x--x";

  private PrivateParent() {}

  /**
   * @throws CommandFailure if the directory is another user's, or open to others: whoever owns it
   *     can exchange what is in it
   */
  static Path of(Path state, Map<String, String> environment) throws CommandFailure, IOException {
    boolean root = new UnixSystem().getUid() == 0;
    String runtimeDirectory = environment.get("XDG_RUNTIME_DIR");
    if (root && Files.isDirectory(Path.of("/run"))) {
      return own(OF_ROOT, PASSED_THROUGH);
    } else if (runtimeDirectory != null && Files.isWritable(Path.of(runtimeDirectory))) {
      return inRuntimeDirectory(Path.of(runtimeDirectory));
    } else {
      return own(state.resolve("launches"), root ? PASSED_THROUGH : OWNER_ONLY);
    }
  }

  static Path inRuntimeDirectory(Path runtimeDirectory) throws CommandFailure, IOException {
    // XDG Base Directory Specification: owned by the user, mode 0700.
    require(runtimeDirectory, OWNER_ONLY);
    return own(runtimeDirectory.resolve("signet"), OWNER_ONLY);
  }

  /** Makes the directory, or takes one that is ours already. */
  static Path own(Path directory, String most) throws CommandFailure, IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(most)));
    }
    require(directory, most);
    return directory;
  }

  private static void require(Path directory, String most) throws CommandFailure, IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.usage(
          "expected a directory at " + directory + ", found something else; remove it");
    }
    long own = new UnixSystem().getUid() & 0xffffffffL;
    long owner =
        ((Number) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue()
            & 0xffffffffL;
    if (owner != own) {
      throw CommandFailure.usage(
          "expected %s to be owned by the user who runs Signet, uid %d, its owner is %d; remove it"
              .formatted(directory, own, owner));
    }
    Set<PosixFilePermission> open =
        EnumSet.copyOf(Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
    open.removeAll(PosixFilePermissions.fromString(most));
    if (!open.isEmpty()) {
      throw CommandFailure.usage(
          "expected %s to allow no more than %s, it also allows %s; chmod it, or remove it"
              .formatted(directory, most, open));
    }
  }
}
