// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** The beginning of one body, kept as it passes. Used by one thread at a time. */
final class BodyCapture {
  private static final int FIRST = 1024;

  private final int maxBytes;
  private final Room room;
  private byte[] kept = new byte[0];
  private int size;
  private boolean whole = true;
  private boolean crowded;

  /**
   * @param room what all bodies that are kept share
   */
  BodyCapture(int maxBytes, Room room) {
    this.maxBytes = maxBytes;
    this.room = room;
  }

  /** The bytes that may wait in memory at one time. Safe for use by many threads. */
  static final class Room {
    private final AtomicLong left;

    Room(long bytes) {
      left = new AtomicLong(bytes);
    }

    boolean take(int bytes) {
      if (left.addAndGet(-bytes) >= 0) {
        return true;
      }
      left.addAndGet(bytes);
      return false;
    }

    void giveBack(int bytes) {
      left.addAndGet(bytes);
    }

    long left() {
      return left.get();
    }
  }

  /** Takes what is still wanted; the content is neither changed nor released. */
  void take(ByteBuf content) {
    int n = Math.min(content.readableBytes(), maxBytes - size);
    whole &= n == content.readableBytes();
    if (n == 0 || crowded) {
      return;
    }
    if (size + n > kept.length && !grow(size + n)) {
      discard();
      crowded = true;
      return;
    }
    content.getBytes(content.readerIndex(), kept, size, n);
    size += n;
  }

  private boolean grow(int needed) {
    int length = Math.min(maxBytes, Math.max(needed, Math.max(FIRST, 2 * kept.length)));
    if (!room.take(length - kept.length)) {
      return false;
    }
    byte[] larger = Arrays.copyOf(kept, length);
    Arrays.fill(kept, (byte) 0);
    kept = larger;
    return true;
  }

  boolean crowded() {
    return crowded;
  }

  boolean whole() {
    return whole;
  }

  boolean isEmpty() {
    return size == 0 && !crowded;
  }

  byte[] content() {
    return Arrays.copyOf(kept, size);
  }

  /** Forgets the body and gives its room back. Idempotent. */
  void discard() {
    Arrays.fill(kept, (byte) 0);
    room.giveBack(kept.length);
    kept = new byte[0];
    size = 0;
  }
}
