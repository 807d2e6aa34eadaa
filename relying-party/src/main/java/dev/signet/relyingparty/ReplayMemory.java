// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Limits;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A replay guard in the memory of one process: about 200 bytes for each request accepted in the
 * last 70 seconds. Where a service has several instances, each nonce must reach only one of them
 * (routing by {@code keyid} does that), or a shared guard is needed.
 */
public final class ReplayMemory implements ReplayGuard {
  /** Seconds that an entry can lie ahead: life and skew of a signature, and skew once more. */
  private static final int RING = 128;

  /**
   * One key gets no more than this part of the memory, so that one agent cannot shut out others.
   */
  private static final int SHARE = 4;

  private static final long SKEW = Limits.CLOCK_SKEW.toSeconds();

  private record Use(String key, String nonce) {}

  private record Entry(Use use, long forgetAt) {}

  private final ConcurrentMap<Use, Boolean> used = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, AtomicInteger> usesOfKey = new ConcurrentHashMap<>();
  private final Queue<Entry>[] ring;
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong purgedTo;
  private final int capacity;
  private final AtomicLong rememberedFrom;

  private ReplayMemory(int capacity, long rememberedFrom, long now) {
    if (capacity < SHARE) {
      throw new IllegalArgumentException("expected a capacity of " + SHARE + " or more");
    }
    this.capacity = capacity;
    this.rememberedFrom = new AtomicLong(rememberedFrom);
    this.purgedTo = new AtomicLong(now);
    this.ring = newRing();
  }

  /**
   * A guard for a service that may have run before. Signatures that the service may have accepted
   * then are refused: those created before now, or up to the allowed clock skew after. So a service
   * that restarts refuses everybody for ten seconds.
   *
   * @param capacity most signatures that are remembered at a time
   */
  public static ReplayMemory afterRestart(int capacity, Instant now) {
    long second = now.getEpochSecond();
    return new ReplayMemory(capacity, second + SKEW + 1, second);
  }

  /**
   * A guard for a service that surely accepted nothing before: its first start, or its first after
   * a pause of more than {@link Limits#SIGNATURE_LIFE} and {@link Limits#CLOCK_SKEW}.
   */
  public static ReplayMemory onFirstStart(int capacity, Instant now) {
    return new ReplayMemory(capacity, Long.MIN_VALUE, now.getEpochSecond());
  }

  @Override
  public Outcome use(String keyThumbprint, String nonce, long created, long expires, long now) {
    beginAnewAfterStepBack(now);
    if (created < rememberedFrom.get()) {
      return Outcome.BEFORE_MEMORY;
    }
    purge(now);
    Use use = new Use(keyThumbprint, nonce);
    if (used.putIfAbsent(use, Boolean.TRUE) != null) {
      return Outcome.REPLAYED;
    }
    if (!count(keyThumbprint)) {
      used.remove(use);
      return Outcome.FULL;
    }
    long forgetAt = expires + SKEW;
    ring[(int) Math.floorMod(forgetAt, (long) RING)].add(new Entry(use, forgetAt));
    return Outcome.FRESH;
  }

  /** Signatures that are remembered now. */
  public int size() {
    return size.get();
  }

  /** Takes a place for a key; false where there is none, in all or for this key. */
  private boolean count(String key) {
    if (size.incrementAndGet() <= capacity) {
      AtomicInteger uses = usesOfKey.get(key);
      if (uses == null) {
        AtomicInteger first = new AtomicInteger();
        uses = usesOfKey.putIfAbsent(key, first);
        uses = uses == null ? first : uses;
      }
      if (uses.incrementAndGet() <= capacity / SHARE) {
        return true;
      }
      uses.decrementAndGet();
    }
    size.decrementAndGet();
    return false;
  }

  private void uncount(String key) {
    size.decrementAndGet();
    // A use that is counted at this very moment may go uncounted; the share is no exact bound.
    usesOfKey.computeIfPresent(key, (k, uses) -> uses.decrementAndGet() <= 0 ? null : uses);
  }

  /**
   * While the clock was ahead, signatures were forgotten that are good again now that it was set
   * back: as after a restart, nothing is accepted that may have been accepted before. A smaller
   * step is what entries are kept longer for.
   */
  private void beginAnewAfterStepBack(long now) {
    long before = purgedTo.get();
    if (now < before - SKEW) {
      rememberedFrom.accumulateAndGet(now + SKEW + 1, Math::max);
      purgedTo.compareAndSet(before, now);
    }
  }

  /** Once a second one caller forgets what has passed; a clock that goes back forgets nothing. */
  private void purge(long now) {
    long before = purgedTo.get();
    if (now <= before || !purgedTo.compareAndSet(before, now)) {
      return;
    }
    for (long second = Math.max(before + 1, now - RING + 1); second <= now; second++) {
      Queue<Entry> bucket = ring[(int) Math.floorMod(second, (long) RING)];
      for (Entry entry : bucket) {
        // The bucket is shared with seconds that are a whole turn of the ring away.
        if (entry.forgetAt() <= now && bucket.remove(entry)) {
          used.remove(entry.use());
          uncount(entry.use().key());
        }
      }
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Queue<Entry>[] newRing() {
    Queue<Entry>[] ring = new Queue[RING];
    for (int i = 0; i < RING; i++) {
      ring[i] = new ConcurrentLinkedQueue<>();
    }
    return ring;
  }
}
