// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * A closed loop: each connection sends its next request when it has the answer to the one before.
 *
 * @param connections how many at a time, each with a thread of its own
 * @param operations requests altogether
 * @param requests the bytes of each request, made beforehand, by number from 0
 * @param good whether an answer is the right one; one that is not ends the load
 */
public record HttpLoad(
    int connections, int operations, IntFunction<byte[]> requests, Predicate<Answer> good) {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /**
   * Runs it. Connections are opened before the clock starts.
   *
   * @throws IOException if an exchange fails, an answer is wrong, or a minute is not enough
   */
  public LoadFigures run(Endpoint endpoint) throws IOException, InterruptedException {
    long[] nanos = new long[operations];
    AtomicInteger next = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    List<Connection> open = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      List<Future<?>> loops = new ArrayList<>();
      try {
        for (int i = 0; i < connections; i++) {
          Connection connection = new Connection(endpoint);
          open.add(connection);
          loops.add(
              threads.submit(
                  () -> {
                    go.await();
                    loop(connection, next, nanos);
                    return null;
                  }));
        }
        long start = System.nanoTime();
        go.countDown();
        for (Future<?> loop : loops) {
          loop.get();
        }
        return LoadFigures.of(nanos, System.nanoTime() - start);
      } catch (ExecutionException e) {
        throw new IOException("the load failed: " + e.getCause().getMessage(), e.getCause());
      } finally {
        threads.shutdownNow();
        for (Connection connection : open) {
          connection.close();
        }
      }
    }
  }

  private void loop(Connection connection, AtomicInteger next, long[] nanos) throws IOException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    for (int i = next.getAndIncrement(); i < operations; i = next.getAndIncrement()) {
      long before = System.nanoTime();
      Answer answer = connection.exchange(requests.apply(i));
      long after = System.nanoTime();
      nanos[i] = after - before;
      if (!good.test(answer)) {
        throw new IOException("wrong answer: " + answer.status() + ' ' + answer.text());
      }
      if (after > deadline) {
        throw new IOException("stopped after " + LONGEST + " at request " + i);
      }
    }
  }
}
