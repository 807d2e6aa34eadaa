// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A closed loop: each connection sends its next request when it has the answer to the one before.
 *
 * @param connections how many at a time, each with a thread of its own
 * @param operations most requests altogether
 * @param window how long new requests are begun, unless there are no more
 * @param requests the bytes of each request, made beforehand, by number from 0: a connection sends
 *     its own number, then every {@code connections}th after it
 * @param good whether an answer is the right one; one that is not ends the load
 */
public record HttpLoad(
    int connections, int operations, Duration window, IntFunction<byte[]> requests, Check good) {

  /** Whether the answer to the request of that number is the right one. */
  @FunctionalInterface
  public interface Check {
    boolean test(int number, Answer answer) throws IOException;
  }

  /**
   * Runs it. Connections are opened before the clock starts.
   *
   * @throws IOException if an exchange fails or an answer is wrong
   */
  public LoadFigures run(Endpoint endpoint) throws IOException, InterruptedException {
    return run(endpoint, true);
  }

  /**
   * Runs it with a new connection for each request; opening it is part of the time.
   *
   * @throws IOException if a connection or an exchange fails or an answer is wrong
   */
  public LoadFigures runConnectingAnew(Endpoint endpoint) throws IOException, InterruptedException {
    return run(endpoint, false);
  }

  private LoadFigures run(Endpoint endpoint, boolean kept)
      throws IOException, InterruptedException {
    long[] nanos = new long[operations];
    AtomicInteger done = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    List<Connection> open = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      List<Future<?>> loops = new ArrayList<>();
      try {
        for (int i = 0; i < connections; i++) {
          int first = i;
          Connection connection = kept ? new Connection(endpoint) : null;
          if (kept) {
            open.add(connection);
          }
          loops.add(
              threads.submit(
                  () -> {
                    go.await();
                    if (kept) {
                      loop(connection::exchange, first, done, nanos);
                    } else {
                      loop(request -> once(endpoint, request), first, done, nanos);
                    }
                    return null;
                  }));
        }
        long start = System.nanoTime();
        go.countDown();
        for (Future<?> loop : loops) {
          loop.get();
        }
        long elapsed = System.nanoTime() - start;
        return LoadFigures.of(Arrays.copyOf(nanos, done.get()), elapsed);
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

  private interface Exchanging {
    Answer exchange(byte[] request) throws IOException;
  }

  private static Answer once(Endpoint endpoint, byte[] request) throws IOException {
    try (Connection connection = new Connection(endpoint)) {
      return connection.exchange(request);
    }
  }

  private void loop(Exchanging connection, int first, AtomicInteger done, long[] nanos)
      throws IOException {
    long begin = System.nanoTime();
    long after = begin;
    for (int i = first; i < operations && after - begin < window.toNanos(); i += connections) {
      long before = System.nanoTime();
      Answer answer = connection.exchange(requests.apply(i));
      after = System.nanoTime();
      if (!good.test(i, answer)) {
        throw new IOException("wrong answer: " + answer.status() + ' ' + answer.text());
      }
      nanos[done.getAndIncrement()] = after - before;
    }
  }
}
