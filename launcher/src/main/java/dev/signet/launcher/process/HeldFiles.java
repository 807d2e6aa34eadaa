// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files that can still be named when something has been mounted over the way to them. */
final class HeldFiles implements Closeable {
  private final Map<Path, Integer> descriptors = new HashMap<>();

  void hold(Path path) throws IOException {
    descriptors.put(path, Libc.open(path, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC));
  }

  /** Another name of what was held by this one; proc_pid_fd. */
  Path path(Path held) {
    return Path.of("/proc/self/fd", Integer.toString(descriptors.get(held)));
  }

  @Override
  public void close() throws IOException {
    for (int descriptor : descriptors.values()) {
      Libc.close(descriptor);
    }
  }
}
