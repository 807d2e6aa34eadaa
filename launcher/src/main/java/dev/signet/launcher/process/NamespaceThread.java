// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One thread of the launcher that goes into namespaces of its own (unshare(2)), while the others
 * stay where they are. It starts in the namespaces of the thread that made it.
 */
final class NamespaceThread implements Closeable {
  private static final int CLOSING_SECONDS = 10;

  private final ExecutorService inside;

  NamespaceThread(String name) {
    inside = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Does something on the thread. Threads and processes that the work starts are in its namespaces
   * as well, so the work must start no thread that others will use.
   *
   * @throws IllegalStateException if called on a virtual thread: to wake one, this thread could
   *     have to start a carrier, which would then run others' work in the wrong namespaces
   */
  <T> T within(Callable<T> work) throws IOException, InterruptedException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("expected a platform thread, got a virtual one");
    }
    Future<T> done = inside.submit(work);
    try {
      return done.get();
    } catch (InterruptedException e) {
      done.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException known -> throw known;
        case InterruptedException known -> throw known;
        case RuntimeException known -> throw known;
        case Error known -> throw known;
        default -> throw new IllegalStateException("nothing else is thrown here", e);
      }
    }
  }

  /** Whether the thread was told to end. */
  boolean isClosed() {
    return inside.isShutdown();
  }

  /** Lets the thread end once it has done one thing more. */
  void closeAfter(Callable<?> last) throws IOException {
    Future<?> done = inside.submit(last);
    inside.shutdown();
    try {
      done.get(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e.toString(), e);
    }
  }

  @Override
  public void close() {
    inside.shutdown();
  }
}
