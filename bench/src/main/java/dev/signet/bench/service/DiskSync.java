// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.bench.Rounds;
import dev.signet.bench.load.LoadFigures;
import dev.signet.bench.load.MeteredLoad;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;

/**
 * How fast the disk makes one small append after the other durable: what every answer of the
 * service that is in the audit log waits for, shared by those that wait together.
 */
final class DiskSync {
  private static final int RECORD_BYTES = 500;
  private static final int MOST = 100_000;

  private DiskSync() {}

  static Rounds.Contender contender(Duration window) {
    return new Rounds.Contender(
        "one durable append of 500 bytes after the other",
        () -> MeteredLoad.figures(ProcessHandle.current(), () -> append(window)));
  }

  private static LoadFigures append(Duration window) throws IOException {
    Path file = Files.createTempFile("signet-bench-disk", ".log");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      long[] nanos = new long[MOST];
      int count = 0;
      long begin = System.nanoTime();
      long after = begin;
      while (count < MOST && after - begin < window.toNanos()) {
        long before = System.nanoTime();
        channel.write(ByteBuffer.allocate(RECORD_BYTES));
        channel.force(false);
        after = System.nanoTime();
        nanos[count++] = after - before;
      }
      return LoadFigures.of(Arrays.copyOf(nanos, count), after - begin);
    } finally {
      Files.delete(file);
    }
  }
}
