// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.ResidentKey;
import dev.signet.attestor.SigningJob;
import dev.signet.launcher.egress.SignerBusyException;
import dev.signet.requestsignatures.RawSigner;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that wait for a chip which signs some tens of times a second: first come, first served.
 * A request is let in only if, at the pace of the last signatures, it will be signed before its
 * patience ends; any other is told at once to come again later, rather than to wait for nothing.
 *
 * <p>One thread keeps the chip busy: it has the next one signed as soon as the last one is.
 */
public final class SigningQueue implements RawSigner, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SigningQueue.class);

  /** How long a request may wait for its signature: agents give up soon after. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Most that wait, however fast the chip is; each is a connection of the agent's. */
  static final int CAPACITY = 1024;

  /** Of one new measurement in the pace: a quote in between must not shut the door. */
  private static final double WEIGHT = 0.125;

  /** What signs. */
  interface Signer {
    void serve(Supplier<SigningJob> next) throws IOException;
  }

  private final Signer signer;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Thread worker;
  private double pace;
  private long lastDone;
  private int atWork;
  private boolean closed;

  /**
   * @param first how long a signature takes, as far as is known
   * @param nanos a clock that only goes on
   */
  SigningQueue(Signer signer, Duration first, LongSupplier nanos) {
    this.signer = signer;
    this.pace = first.toNanos();
    this.nanos = nanos;
    this.lastDone = nanos.getAsLong();
    this.worker = Thread.ofPlatform().daemon().name("signet-signing").unstarted(this::work);
  }

  /** A queue before a key that has signed once, to attest. */
  public static SigningQueue before(ResidentKey key) {
    SigningQueue queue = new SigningQueue(key::serve, key.lastSignature(), System::nanoTime);
    queue.start();
    return queue;
  }

  void start() {
    worker.start();
  }

  /** How many wait, the one at work aside. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** One request. */
  private final class Waiting implements SigningJob {
    private final byte[] data;
    private final long since = nanos.getAsLong();
    private final CompletableFuture<byte[]> outcome = new CompletableFuture<>();

    private Waiting(byte[] data) {
      this.data = data;
    }

    private boolean late() {
      return nanos.getAsLong() - since > PATIENCE.toNanos();
    }

    @Override
    public byte[] data() {
      return data;
    }

    @Override
    public void signed(byte[] signature) {
      measured(since);
      outcome.complete(signature);
    }

    @Override
    public void failed(IOException cause) {
      measured(since);
      outcome.completeExceptionally(cause);
    }
  }

  /**
   * Waits for its turn and the signature.
   *
   * @throws SignerBusyException if it would not be signed in time
   */
  @Override
  public byte[] sign(byte[] data) throws IOException {
    Waiting request = new Waiting(data);
    enter(request);
    try {
      return request.outcome.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SignerBusyException late) {
        throw new SignerBusyException(late.retryAfter());
      }
      throw new IOException("the TPM did not sign: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      leave(request);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a signature");
    }
  }

  private void enter(Waiting request) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the launch is over");
      }
      double before = (waiting.size() + atWork) * pace;
      double late = before + pace - PATIENCE.toNanos();
      if (late > 0 || waiting.size() >= CAPACITY) {
        throw busy(late);
      }
      waiting.add(request);
      wake.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Until half of what waits now is signed, in whole seconds: fewer come again in vain. */
  private SignerBusyException busy(double late) {
    double half = Math.max(late, waiting.size() * pace / 2);
    return new SignerBusyException(
        Duration.ofSeconds(Math.max(1, Math.round(Math.ceil(half / 1e9)))));
  }

  private void leave(Waiting request) {
    lock.lock();
    try {
      waiting.remove(request);
    } finally {
      lock.unlock();
    }
  }

  private void measured(long since) {
    lock.lock();
    try {
      long now = nanos.getAsLong();
      // What came while nothing else was at work did not wait for the one before it.
      long took = now - Math.max(since, lastDone);
      pace += WEIGHT * (took - pace);
      lastDone = now;
      atWork--;
    } finally {
      lock.unlock();
    }
  }

  private SigningJob next() {
    lock.lock();
    try {
      while (!waiting.isEmpty()) {
        Waiting request = waiting.poll();
        if (!request.late()) {
          // The chip has the next one before the last one's outcome is told.
          atWork++;
          return request;
        }
        request.outcome.completeExceptionally(busy(0));
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    try {
      while (awaitWork()) {
        try {
          signer.serve(this::next);
        } catch (IOException | RuntimeException e) {
          // Who waited for it was told; the next may fare better.
          LOG.warn("the TPM did not sign a request: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      return; // closed
    }
  }

  private boolean awaitWork() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        wake.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses what waits, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.forEach(
          request -> request.outcome.completeExceptionally(new IOException("the launch is over")));
      waiting.clear();
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
