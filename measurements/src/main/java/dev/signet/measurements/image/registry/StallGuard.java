// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Ends a transfer in which nothing has come for some time; the HTTP client would wait for ever. */
final class StallGuard extends FilterInputStream {
  private final long patienceNanos;
  private final ScheduledFuture<?> watch;
  private volatile long last = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream in, Duration patience, ScheduledExecutorService watcher) {
    super(in);
    patienceNanos = patience.toNanos();
    watch =
        watcher.scheduleWithFixedDelay(
            this::look, patienceNanos / 4, patienceNanos / 4, TimeUnit.NANOSECONDS);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int read;
    try {
      read = super.read(to, offset, length);
    } catch (IOException e) {
      throw stalled ? new IOException("the registry sends nothing any more", e) : e;
    }
    if (stalled) {
      throw new IOException("the registry sends nothing any more");
    }
    last = System.nanoTime();
    return read;
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    super.close();
  }

  private void look() {
    if (System.nanoTime() - last > patienceNanos) {
      stalled = true;
      watch.cancel(false);
      try {
        super.close();
      } catch (IOException e) {
        // The reader is told by the flag.
        return;
      }
    }
  }
}
