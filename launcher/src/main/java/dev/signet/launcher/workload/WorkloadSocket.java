// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;

/**
 * Where the socket is, and who may reach it.
 *
 * @param path of the socket, in a directory that nobody but the launcher's user can enter yet
 * @param group the agent's on this host, which is let in; empty if the agent's user is the
 *     launcher's
 */
public record WorkloadSocket(Path path, OptionalInt group) {
  /** Of the socket in its directory. */
  public static final String NAME = "workload.sock";

  /** unix(7): sun_path has 108 bytes, the last one a zero. */
  private static final int LONGEST = 107;

  public WorkloadSocket {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (!path.isAbsolute() || length > LONGEST) {
      throw new IllegalArgumentException(
          "a UNIX socket's path: expected an absolute one of at most %d bytes, got %s; keep launches"
                  .formatted(LONGEST, path)
              + " in a directory with a shorter name");
    }
  }

  /** The value of {@code SPIFFE_ENDPOINT_SOCKET} (SPIFFE_Workload_Endpoint.md, section 4). */
  public static String endpoint(Path seenByAgent) {
    return "unix://" + URI.create("file://" + seenByAgent).getRawPath();
  }

  /** Lets the agent pass to the socket, and write to it; nobody else. */
  void letIn() throws IOException {
    if (group.isEmpty()) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return;
    }
    // The socket first: it is nobody's who comes before.
    Files.setAttribute(path, "unix:gid", group.getAsInt(), LinkOption.NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    Path directory = path.getParent();
    Files.setAttribute(directory, "unix:gid", group.getAsInt(), LinkOption.NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
  }
}
