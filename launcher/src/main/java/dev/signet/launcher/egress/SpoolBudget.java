// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes all bodies of one proxy may occupy together, in memory and in files. */
final class SpoolBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  SpoolBudget(long most) {
    this.most = most;
  }

  /** Takes all of {@code bytes}, or nothing. */
  void take(int bytes) throws RefusedRequestException {
    long before = taken.getAndUpdate(now -> fits(now, bytes) ? now + bytes : now);
    if (!fits(before, bytes)) {
      throw new RefusedRequestException(
          EgressReason.SPOOL_FULL,
          "Bodies are kept until they are sent, all of them together up to %d bytes; there is no "
                  .formatted(most)
              + "room for this one now. Try again when a request under way has ended.");
    }
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  private boolean fits(long now, int bytes) {
    return bytes <= most - now;
  }
}
