// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.SigningJob;
import dev.signet.launcher.egress.SignerBusyException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A chip of 50 ms a signature, by a clock that only the test moves. */
@Timeout(60)
class SigningQueueTest {
  private static final Duration PACE = Duration.ofMillis(50);

  private final AtomicLong nanos = new AtomicLong();
  private final List<Integer> signed = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch held = new CountDownLatch(1);

  /** Signs nothing before the test lets it; then each signature takes its time. */
  private void chip(Supplier<SigningJob> next) {
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (SigningJob job = next.get(); job != null; job = next.get()) {
      nanos.addAndGet(PACE.toNanos());
      signed.add((int) job.data()[0]);
      job.signed(new byte[] {job.data()[0]});
    }
  }

  private SigningQueue started(Duration first) {
    SigningQueue queue = new SigningQueue(this::chip, first, nanos::get);
    queue.start();
    return queue;
  }

  private static Future<byte[]> ask(SigningQueue queue, int number) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(queue.sign(new byte[] {(byte) number}));
              } catch (IOException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  @Test
  void signsInTheOrderOfArrival() throws Exception {
    try (SigningQueue queue = started(PACE)) {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(ask(queue, i));
        int now = i + 1;
        Awaitility.await().until(() -> queue.waiting() == now);
      }
      held.countDown();
      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get()).containsExactly(i);
      }
      assertThat(signed).isSorted().hasSize(20);
    }
  }

  @Test
  void whatCannotBeSignedInTimeIsRefusedAtOnce() throws Exception {
    try (SigningQueue queue = started(PACE)) {
      // Nothing is signed yet: five seconds have room for a hundred of these, and no more.
      List<Future<byte[]>> waiting = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        waiting.add(ask(queue, i));
      }
      Awaitility.await().until(() -> queue.waiting() == 100);
      assertThatThrownBy(() -> queue.sign(new byte[1]))
          .isInstanceOfSatisfying(
              SignerBusyException.class,
              e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3)));
      held.countDown();
      for (Future<byte[]> answer : waiting) {
        assertThat(answer.get()).hasSize(1);
      }
      assertThat(queue.sign(new byte[1])).as("room again").hasSize(1);
    }
  }

  /** As the TPM's key does it: the next one is taken before the last one's outcome is told. */
  @Test
  void whatIsAtWorkTakesItsTimeToo() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    SigningQueue queue =
        new SigningQueue(
            next -> {
              try {
                held.await();
                SigningJob first = next.get();
                SigningJob second = next.get();
                nanos.addAndGet(PACE.toNanos());
                first.signed(new byte[1]);
                end.await();
                second.signed(new byte[1]);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            PACE,
            nanos::get);
    queue.start();
    try {
      Future<byte[]> first = ask(queue, 0);
      Awaitility.await().until(() -> queue.waiting() == 1);
      for (int i = 1; i < 100; i++) {
        ask(queue, i);
      }
      Awaitility.await().until(() -> queue.waiting() == 100);
      held.countDown();
      assertThat(first.get()).hasSize(1);
      ask(queue, 100);
      Awaitility.await().until(() -> queue.waiting() == 99);
      assertThatThrownBy(() -> ask(queue, 101).get(5, TimeUnit.SECONDS))
          .as("99 wait and one is at work")
          .hasCauseInstanceOf(SignerBusyException.class);
    } finally {
      queue.close();
      end.countDown();
    }
  }

  @Test
  void slowerThanItWasRefusesTheLateAndLearns() throws Exception {
    // It was fast when it attested, so all are let in; then a signature takes fifty milliseconds.
    try (SigningQueue queue = started(Duration.ofMillis(1))) {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        answers.add(ask(queue, i));
      }
      Awaitility.await().until(() -> queue.waiting() == 120);
      held.countDown();
      AtomicInteger refused = new AtomicInteger();
      for (Future<byte[]> answer : answers) {
        try {
          answer.get();
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(SignerBusyException.class);
          refused.incrementAndGet();
        }
      }
      assertThat(signed).hasSize(101);
      assertThat(refused.get()).isEqualTo(19);
    }
  }

  @Test
  void oneFailureIsOneRequests() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    SigningQueue queue =
        new SigningQueue(
            next -> {
              SigningJob job = next.get();
              if (calls.incrementAndGet() == 1) {
                IOException fault = new IOException("no TPM");
                job.failed(fault);
                throw fault;
              }
              job.signed(new byte[1]);
            },
            PACE,
            nanos::get);
    queue.start();
    try (queue) {
      assertThatThrownBy(() -> queue.sign(new byte[1])).hasMessageContaining("no TPM");
      assertThat(queue.sign(new byte[1])).hasSize(1);
    }
  }

  @Test
  void endTellsWhoeverWaits() throws Exception {
    SigningQueue queue = started(PACE);
    Future<byte[]> waits = ask(queue, 1);
    Awaitility.await().until(() -> queue.waiting() == 1);
    queue.close();
    assertThatThrownBy(waits::get).hasMessageContaining("the launch is over");
    held.countDown();
    assertThatThrownBy(() -> queue.sign(new byte[1])).isInstanceOf(IOException.class);
  }
}
