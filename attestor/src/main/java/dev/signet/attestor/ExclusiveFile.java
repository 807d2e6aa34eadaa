// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion by a lock file, among processes and among this process's threads: file locks
 * alone belong to the whole process.
 */
record ExclusiveFile(Path path) {
  private static final Map<Path, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();

  interface Work<T> {
    T run() throws IOException;
  }

  <T> T holding(Work<T> work) throws IOException {
    ReentrantLock threads =
        IN_THIS_PROCESS.computeIfAbsent(
            path.toAbsolutePath().normalize(), key -> new ReentrantLock(true));
    if (threads.isHeldByCurrentThread()) {
      throw new IllegalStateException("the lock on " + path + " is held by this thread already");
    }
    threads.lock();
    try (FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            StateDirectory.OWNER_FILE)) {
      channel.lock(); // closing the channel releases it
      return work.run();
    } finally {
      threads.unlock();
    }
  }
}
