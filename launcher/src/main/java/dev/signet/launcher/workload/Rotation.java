// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.launcher.workload.Issued.Absence;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that ends and is had anew in time, for as long as somebody watches it. What nobody
 * watches is neither asked for nor renewed.
 *
 * <p>A refusal ends what is held at once, since who is refused has no identity any more; a source
 * that cannot be reached does not, until what is held ends by itself.
 */
final class Rotation<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(8);

  /** For so long it is tried on after the last watcher came in vain. */
  private static final Duration PERSISTENCE = Duration.ofMinutes(2);

  private static final Absence CLOSED = Absence.forNow("the launcher ends");

  /** So that a lost identity is noticed. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  /**
   * What is held.
   *
   * @param renewAt when to have it anew
   * @param notAfter when it ends
   */
  record Held<T>(T value, Instant renewAt, Instant notAfter) {}

  /** Has it anew. */
  interface Renewal<T> {
    Issued<Held<T>> renew() throws IOException, InterruptedException;

    /** Why what is held must not be handed out any more, before its end. Never blocks. */
    Optional<Absence> lost();
  }

  /** Who watches. Called in order, one call at a time; must not block. */
  interface Watcher<T> {
    /** Here it is, the first time or anew. */
    void newest(T value);

    /** There is none, or none any more. The last call. */
    void none(Absence why);
  }

  private final String name;
  private final Renewal<T> renewal;
  private final InstantSource clock;
  private final SecureRandom random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Watcher<T>> watchers = new LinkedHashSet<>();
  private Thread thread;
  private Held<T> held;
  private Absence failed;
  private Instant nextAt = Instant.MIN;
  private Instant askedAt = Instant.MIN;
  private Duration retry = FIRST_RETRY;
  private boolean closed;

  /**
   * @param name for logs
   * @param random spreads retries
   */
  Rotation(String name, Renewal<T> renewal, InstantSource clock, SecureRandom random) {
    this.name = name;
    this.renewal = renewal;
    this.clock = clock;
    this.random = random;
  }

  /** From now on {@code watcher} is told, at once if there is something to tell. */
  void watch(Watcher<T> watcher) {
    lock.lock();
    try {
      if (closed) {
        watcher.none(CLOSED);
        return;
      }
      endWhatEnded();
      Instant now = clock.instant();
      askedAt = now;
      if (held == null && failed != null && now.isBefore(nextAt)) {
        // Tried a moment ago, in vain; it is tried again, and so will the watcher.
        watcher.none(failed);
      } else {
        if (held != null) {
          watcher.newest(held.value());
        }
        watchers.add(watcher);
      }
      start();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void unwatch(Watcher<T> watcher) {
    lock.lock();
    try {
      watchers.remove(watcher);
    } finally {
      lock.unlock();
    }
  }

  /** Tells everybody that there is none any more, and ends. */
  @Override
  public void close() {
    Thread ending;
    lock.lock();
    try {
      closed = true;
      drop(CLOSED);
      changed.signalAll();
      ending = thread;
    } finally {
      lock.unlock();
    }
    if (ending != null) {
      ending.interrupt();
    }
  }

  private void start() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("signet-" + name).start(this::run);
    }
  }

  private void run() {
    try {
      while (awaitTurn()) {
        renewOnce();
      }
    } catch (InterruptedException e) {
      // Closed while it waited or asked; nothing is left to do.
      LOG.debug("{} ends", name);
    }
  }

  private void renewOnce() throws InterruptedException {
    Issued<Held<T>> outcome;
    boolean refused = true;
    try {
      outcome = renewal.renew();
    } catch (IOException e) {
      refused = false;
      outcome = Issued.notNow(e.getMessage());
    } catch (RuntimeException e) {
      // A fault of ours in one renewal must not silently end all later ones.
      LOG.error("fault while the launcher asked for {}", name, e);
      refused = false;
      outcome = Issued.notNow("fault in the launcher");
    }
    lock.lock();
    try {
      if (!closed) {
        accept(outcome, refused);
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept(Issued<Held<T>> outcome, boolean refused) {
    switch (outcome) {
      case Issued.Granted<Held<T>>(Held<T> anew) -> {
        held = anew;
        failed = null;
        retry = FIRST_RETRY;
        nextAt = anew.renewAt();
        List.copyOf(watchers).forEach(watcher -> watcher.newest(anew.value()));
      }
      case Issued.None<Held<T>>(Absence why) -> {
        if (failed == null || !failed.detail().equals(why.detail())) {
          LOG.warn("no {}: {}", name, why.detail());
        }
        nextAt = clock.instant().plus(spread(retry));
        Duration doubled = retry.multipliedBy(2);
        retry = doubled.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : doubled;
        failed = why;
        if (refused || held == null) {
          drop(why);
        }
      }
    }
  }

  /** Half of it at least: agents of one host must not ask a verifier that is back all at once. */
  private Duration spread(Duration wait) {
    long half = wait.toMillis() / 2;
    return Duration.ofMillis(half + random.nextLong(half + 1));
  }

  private void endWhatEnded() {
    if (held != null) {
      renewal
          .lost()
          .ifPresent(
              why -> {
                failed = why;
                nextAt = clock.instant().plus(FIRST_RETRY);
                drop(why);
              });
    }
    if (held != null && !clock.instant().isBefore(held.notAfter())) {
      drop(failed == null ? Absence.forNow("what there was ended before it was renewed") : failed);
    }
  }

  private void drop(Absence why) {
    held = null;
    List<Watcher<T>> told = new ArrayList<>(watchers);
    watchers.clear();
    told.forEach(watcher -> watcher.none(why));
  }

  private boolean wanted(Instant now) {
    return !watchers.isEmpty()
        || (held == null && failed != null && now.isBefore(askedAt.plus(PERSISTENCE)));
  }

  /** False when closed. */
  private boolean awaitTurn() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        endWhatEnded();
        Instant now = clock.instant();
        boolean wanted = wanted(now);
        if (wanted && !now.isBefore(nextAt)) {
          return true;
        }
        if (wanted) {
          Instant until =
              held != null && held.notAfter().isBefore(nextAt) ? held.notAfter() : nextAt;
          Duration wait = Duration.between(now, until);
          changed.awaitNanos((wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait).toNanos());
        } else {
          changed.await();
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }
}
