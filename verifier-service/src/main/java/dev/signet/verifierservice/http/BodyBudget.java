// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import java.util.HashMap;
import java.util.Map;

/**
 * Bytes of large bodies that are in memory at once, over all and for one peer: without it whoever
 * opens a few hundred connections fills the heap before anything in them was checked.
 */
final class BodyBudget {
  private final long total;
  private final long perPeer;
  private final Map<String, Long> used = new HashMap<>();
  private long all;

  BodyBudget(long total, long perPeer) {
    this.total = total;
    this.perPeer = perPeer;
  }

  /**
   * A tenth of the heap, since parsing and checking a body takes several times its size; a quarter
   * of that for one peer; always enough for one body of each of two peers.
   */
  static BodyBudget ofHeap(long heapBytes, int largestBody) {
    long total = Math.max(2L * largestBody, heapBytes / 10);
    return new BodyBudget(total, Math.max(largestBody, total / 4));
  }

  /** What one call holds, until it is closed. */
  Share open(String peer) {
    return new Share(peer);
  }

  private synchronized boolean take(String peer, long bytes) {
    long mine = used.getOrDefault(peer, 0L);
    if (mine + bytes > perPeer || all + bytes > total) {
      return false;
    }
    used.put(peer, mine + bytes);
    all += bytes;
    return true;
  }

  private synchronized void giveBack(String peer, long bytes) {
    used.computeIfPresent(peer, (p, n) -> n <= bytes ? null : Long.valueOf(n - bytes));
    all -= bytes;
  }

  /** Used by one thread. */
  final class Share implements AutoCloseable {
    private final String peer;
    private long held;

    private Share(String peer) {
      this.peer = peer;
    }

    /** False if there is no room for {@code bytes} more. */
    boolean grow(int bytes) {
      if (!take(peer, bytes)) {
        return false;
      }
      held += bytes;
      return true;
    }

    @Override
    public void close() {
      if (held > 0) {
        giveBack(peer, held);
        held = 0;
      }
    }
  }
}
